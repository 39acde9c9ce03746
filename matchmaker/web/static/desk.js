// The listing form saves itself while it is written, and shows beside it what the text would match.

const form = document.querySelector(".listing-form");
const saved = document.querySelector("[data-saved]");
const panel = document.querySelector("[data-live-panel]");
const SAVE_AFTER_MS = 1500;
const PANEL_AFTER_MS = 700;
let saving = null;
let asking = null;
let busy = false;
let changed = false;
let current = null;

async function save() {
  if (busy) return later();
  busy = true;
  changed = false;
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form) });
    const told = await answer.json();
    saved.textContent = told.message;
    if (answer.ok) {
      form.elements.draft_id.value = told.draft_id;
      form.elements.draft_version.value = told.draft_version;
    }
  } catch {
    saved.textContent = "";
    changed = true;
  } finally {
    busy = false;
  }
}

function later() {
  clearTimeout(saving);
  saving = setTimeout(save, SAVE_AFTER_MS);
}

async function look() {
  current?.abort();
  current = new AbortController();
  try {
    const answer = await fetch(form.dataset.panel, { method: "POST", body: new FormData(form), signal: current.signal });
    if (answer.ok) panel.innerHTML = await answer.text();
  } catch {
    // The next keystroke asks again.
  }
}

function touched() {
  changed = true;
  later();
  clearTimeout(asking);
  asking = setTimeout(look, PANEL_AFTER_MS);
}

if (form) {
  form.addEventListener("input", touched);
  if (form.elements.title.value || form.elements.detail.value) look();
  form.addEventListener("submit", () => {
    clearTimeout(saving);
    changed = false;
  });
  panel.addEventListener("click", (event) => {
    const node = event.target.closest("[data-add-node]")?.dataset.addNode;
    const box = node && form.querySelector(`input[name=chain_nodes][value="${CSS.escape(node)}"]`);
    if (!box) return;
    box.checked = true;
    box.closest("details").open = true;
    touched();
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
