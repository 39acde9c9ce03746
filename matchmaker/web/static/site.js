// Comforts for forms that work without them: a box that grows, a count, filters that answer at once.

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

function count(box, counter) {
  const limit = Number(box.dataset.limit);
  const length = [...box.value].length;
  counter.textContent = length ? `${length} / ${limit}` : "";
  counter.classList.toggle("over", length > limit);
}

function watchBox(box) {
  const counter = document.querySelector(`[data-counter-for="${box.id}"]`);
  const update = () => {
    grow(box);
    if (counter) count(box, counter);
  };
  box.addEventListener("input", update);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  });
  window.addEventListener("resize", update);
  update();
}

function watchForm(form) {
  form.addEventListener("change", (event) => {
    if ("live" in form.dataset && event.target.matches("[type=checkbox], [type=radio], [data-live-field]")) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    const button = form.querySelector(".button-main");
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    button.dataset.idle ??= button.textContent;
    button.textContent = form.dataset.busy;
  });
}

// A page that comes back out of the history must not still say that it is busy.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".button-main[data-idle]")) {
    button.textContent = button.dataset.idle;
    button.removeAttribute("aria-disabled");
  }
});

document.querySelectorAll("textarea[data-limit]").forEach(watchBox);
document.querySelectorAll("form.ask, form[data-live]").forEach(watchForm);

// A step that cannot be taken back asks once more.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
document.querySelector("[data-focus]")?.focus();
document.querySelectorAll("input[data-limit]").forEach((field) => {
  const counter = document.querySelector(`[data-counter-for="${field.id}"]`);
  const update = () => counter && count(field, counter);
  field.addEventListener("input", update);
  update();
});
