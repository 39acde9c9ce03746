// Moving meetings on the grid by keyboard or pointer. Without this, each meeting is a link to a page that does the same.

const grid = document.querySelector("[data-grid]");
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function watch() {
  const form = document.querySelector("#grid-form");
  const status = document.querySelector("[data-grid-say]");
  const alert = document.querySelector("[data-grid-alert]");
  const heads = [...grid.tHead.rows[0].cells].slice(1);
  const rows = [...grid.tBodies[0].rows].map((row) => [...row.querySelectorAll("td[data-place]")]);
  let held = null;
  let busy = false;

  const words = (name, said = {}) =>
    grid.dataset[name].replace(/\{(\w+)\}/g, (_all, key) => said[key] ?? "");
  const links = () => [...grid.querySelectorAll(".meet")];
  const nameOf = (link) => ["a", "b"].map((side) => link.querySelector(`.side-${side}`).textContent).join(" × ");
  const spot = (cell) => {
    const row = rows.findIndex((cells) => cells.includes(cell));
    return [row, rows[row].indexOf(cell)];
  };
  const placeOf = (cell) => {
    const [, column] = spot(cell);
    const time = cell.parentElement.cells[0].firstChild.textContent.trim();
    return `${time} · ${heads[column].textContent.trim()}`;
  };

  function say(text) {
    status.textContent = text;
  }

  function complain(text) {
    alert.textContent = text;
    alert.hidden = !text;
  }

  // One meeting is in the order of the tab key; the arrows go to the others.
  function makeCurrent(link) {
    for (const other of links()) other.tabIndex = other === link ? 0 : -1;
  }

  function focus(link) {
    makeCurrent(link);
    link.focus({ preventScroll: true });
    link.closest("td").scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function blockedAt(cell) {
    return cell === held.from ? "" : (held.places?.[cell.dataset.place] ?? grid.dataset.sayOver);
  }

  function mark() {
    for (const cell of rows.flat()) {
      const why = blockedAt(cell);
      cell.classList.toggle("may", !why && cell !== held.from);
      cell.classList.toggle("cannot", Boolean(why));
      if (why) cell.title = why;
    }
  }

  function unmark() {
    for (const cell of rows.flat()) {
      cell.classList.remove("may", "cannot", "target");
      cell.removeAttribute("title");
    }
  }

  function tell(cell) {
    const where = placeOf(cell);
    const there = cell.querySelector(".meet");
    if (cell === held.from) return say(words("sayHere", { where }));
    if (!held.places) return say(where);
    const why = blockedAt(cell);
    if (why) return say(words("sayCannot", { where, why }));
    say(there ? words("saySwap", { where, who: nameOf(there) }) : words("sayMay", { where }));
  }

  function aim(cell) {
    held.target?.classList.remove("target");
    held.target = cell;
    cell.classList.add("target");
    tell(cell);
  }

  async function ask(mine) {
    const address = `${grid.dataset.moves}?a=${mine.link.dataset.a}&b=${mine.link.dataset.b}`;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      mine.places = (await answer.json()).places;
    } catch {
      if (held === mine) letGo(grid.dataset.sayLost);
      return;
    }
    if (held !== mine) return;
    mark();
    if (mine.target !== mine.from) tell(mine.target);
  }

  function pickUp(link) {
    if (busy) return;
    complain("");
    if ("locked" in link.dataset) return say(words("sayLocked", { who: nameOf(link) }));
    const from = link.closest("td");
    held = { link, from, target: from, places: null };
    held.asked = ask(held);
    grid.classList.add("holding");
    link.classList.add("held");
    say(words("sayHeld", { who: nameOf(link) }));
  }

  function letGo(text, { stay = true } = {}) {
    const { link } = held;
    held = null;
    unmark();
    grid.classList.remove("holding");
    link.classList.remove("held");
    say(text);
    if (stay) focus(link);
  }

  async function send(address, link, values) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries({ a: link.dataset.a, b: link.dataset.b, ...values })) body.set(name, value);
    busy = true;
    try {
      const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, body });
      const told = await answer.json();
      if (answer.ok) {
        form.elements.revision.value = told.revision;
        return told;
      }
      if (!told.reload) {
        complain(told.said);
        return null;
      }
    } catch (error) {
      if (error instanceof TypeError) {
        complain(grid.dataset.sayLost);
        return null;
      }
    } finally {
      busy = false;
    }
    // Somebody else changed it, or the session is over: the page anew says which, at the same meeting.
    history.replaceState(null, "", `#${link.id}`);
    window.location.reload();
    return null;
  }

  async function drop(cell) {
    const mine = held;
    if (cell === mine.from) return letGo(grid.dataset.sayCancelled);
    await mine.asked;
    if (held !== mine || busy) return;
    const why = blockedAt(cell);
    if (why) {
      tell(cell);
      complain(words("sayFailed", { why: `${placeOf(cell)} – ${why}` }));
      return;
    }
    const done = await send(grid.dataset.move, mine.link, { place: cell.dataset.place });
    if (!done) return held === mine && letGo("");
    const there = cell.querySelector(".meet");
    cell.append(mine.link);
    if (there) mine.from.append(there);
    cell.classList.add("just");
    setTimeout(() => cell.classList.remove("just"), 1500);
    letGo(words("sayDone", { who: nameOf(mine.link), where: placeOf(cell) }));
  }

  async function lock(link) {
    if (busy) return;
    complain("");
    const locked = "locked" in link.dataset;
    const done = await send(grid.dataset.lock, link, { locked: locked ? "no" : "yes" });
    if (!done) return;
    if (locked) delete link.dataset.locked;
    else link.dataset.locked = "";
    say(`${nameOf(link)} – ${done.said}`);
  }

  function stepFrom(cell, [down, across]) {
    const [row, column] = spot(cell);
    return rows[row + down]?.[column + across];
  }

  function walk(link, step) {
    let cell = stepFrom(link.closest("td"), step);
    while (cell && !cell.querySelector(".meet")) cell = stepFrom(cell, step);
    if (cell) focus(cell.querySelector(".meet"));
  }

  function onArrow(link, step) {
    if (!held) return walk(link, step);
    const cell = stepFrom(held.target, step);
    if (!cell) return;
    aim(cell);
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  grid.addEventListener("keydown", (event) => {
    const link = event.target.closest(".meet");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      Enter: () => (held ? drop(held.target) : pickUp(link)),
      Escape: () => held && letGo(grid.dataset.sayCancelled),
      l: () => held || lock(link),
      L: () => held || lock(link),
    };
    const act = STEPS[event.key] ? () => onArrow(link, STEPS[event.key]) : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  grid.addEventListener("focusin", (event) => event.target.matches(".meet") && !held && makeCurrent(event.target));
  grid.addEventListener("focusout", (event) => {
    const left = held && !held.dragged && event.relatedTarget && event.relatedTarget !== held.link;
    if (left) letGo(grid.dataset.sayCancelled, { stay: false });
  });

  grid.addEventListener("dragstart", (event) => {
    const link = event.target.closest?.(".meet");
    if (!link) return;
    if (held) letGo("");
    pickUp(link);
    if (!held) return event.preventDefault();
    held.dragged = true;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", nameOf(link));
  });
  grid.addEventListener("dragover", (event) => {
    const cell = event.target.closest("td[data-place]");
    if (!held || !cell) return;
    event.preventDefault();
    if (cell !== held.target) aim(cell);
  });
  grid.addEventListener("drop", async (event) => {
    const cell = event.target.closest("td[data-place]");
    if (!held || !cell) return;
    event.preventDefault();
    const mine = held;
    mine.dropping = true;
    await drop(cell);
    // A place that is not free: the reason stands on top, and the meeting is where it was.
    if (held === mine) letGo("");
  });
  grid.addEventListener("dragend", () => held?.dragged && !held.dropping && letGo(grid.dataset.sayCancelled));

  const wanted = window.location.hash && document.getElementById(window.location.hash.slice(1));
  const first = wanted && grid.contains(wanted) ? wanted : links()[0];
  if (first) makeCurrent(first);
  if (first && first === wanted) {
    first.closest("td").scrollIntoView({ block: "center", inline: "center" });
    first.focus({ preventScroll: true });
  }
}

if (grid) watch();
