// Long lists of people: typing shows only those whose line has the words; who is chosen stays in sight.

for (const field of document.querySelectorAll("[data-pick-find]")) {
  const boxes = [...field.closest("fieldset").querySelectorAll(".box")];
  field.closest("[hidden]").hidden = boxes.length < 8;
  const sift = () => {
    const words = field.value.trim().toLowerCase();
    for (const box of boxes) {
      box.hidden = !box.textContent.toLowerCase().includes(words) && !box.querySelector("input").checked;
    }
  };
  field.addEventListener("input", sift);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
