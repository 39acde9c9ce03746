// Beside the contract form: the kind its text speaks for and the technology part of its price, while it is written.

const form = document.querySelector(".contract-form");
const panel = document.querySelector("[data-live-panel]");
const royalty = document.querySelector("[data-royalty]");
const AFTER_MS = 700;
const ROYALTIES = ["royalty", "fee_royalty"];
let asking = null;
let current = null;
let changed = false;

async function look() {
  current?.abort();
  current = new AbortController();
  try {
    const answer = await fetch(form.dataset.panel, { method: "POST", body: new FormData(form), signal: current.signal });
    if (answer.ok && !answer.redirected) panel.innerHTML = await answer.text();
  } catch {
    // The next keystroke asks again.
  }
}

function checked(name) {
  return form.querySelector(`input[name=${name}]:checked`)?.value ?? "";
}

// Only what fits the chosen kind and mode; what was filled in already stays in sight.
function fit() {
  const kind = checked("kind");
  for (const group of form.querySelectorAll("optgroup[data-kind]")) {
    group.hidden = Boolean(kind) && group.dataset.kind !== kind && !group.querySelector(":checked");
  }
  const filled = [...royalty.querySelectorAll("input:not([type=checkbox]), select")].some((field) => field.value);
  royalty.hidden = !ROYALTIES.includes(checked("payment_mode")) && !filled;
}

if (form) {
  form.addEventListener("input", () => {
    changed = true;
    fit();
    clearTimeout(asking);
    asking = setTimeout(look, AFTER_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(asking);
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  fit();
}
