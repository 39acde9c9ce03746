// Work that goes on beside the page: how far it is, and the page anew when it is done.

const EVERY_MS = 1000;
const PATIENT_MS = 5000;
const box = document.querySelector("[data-task]");

function show(progress) {
  for (const place of box.querySelectorAll("[data-task-show]")) {
    const value = progress[place.dataset.taskShow];
    if (value !== undefined) place.textContent = value;
  }
  const bar = box.querySelector("[data-task-bar]");
  const [value, most] = "total" in progress ? [progress.done, progress.total] : [progress.utility, progress.upper_bound];
  if (!bar || !most) return;
  bar.max = most;
  bar.value = value;
}

async function look() {
  let wait = EVERY_MS;
  try {
    const answer = await fetch(box.dataset.task, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return window.location.reload();
    const told = await answer.json();
    show(told.progress);
    if (told.done) return window.location.reload();
  } catch {
    // No network for a moment: the work goes on without us.
    wait = PATIENT_MS;
  }
  setTimeout(look, wait);
}

if (box) setTimeout(look, EVERY_MS);
