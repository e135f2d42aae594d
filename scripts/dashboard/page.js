"use strict";
// The page is whole without this; here it becomes easier to use.

// Where the clipboard is not to be had, the command is marked, for the keys of the browser.
function mark(button) {
  const words = button.previousElementSibling;
  getSelection().selectAllChildren(words);
  return document.execCommand("copy");
}

async function copy(button) {
  const words = button.textContent;
  let done = true;
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch { done = mark(button); }
  button.textContent = done ? "Copied" : "Marked: copy it now";
  button.classList.toggle("done", done);
  setTimeout(() => { button.textContent = words; button.classList.remove("done"); }, 1500);
}

document.querySelectorAll("[data-copy]").forEach((button) => {
  button.addEventListener("click", () => copy(button));
});

// On a phone the six fields of both environments come first.
if (innerWidth < 600) document.querySelectorAll(".card details").forEach((it) => { it.open = false; });

// Where the picture is wider than the screen, what was last comes first.
document.querySelectorAll("#timeline .wide").forEach((it) => { it.scrollLeft = it.scrollWidth; });

// A link to a deployment brings its row into sight, and says so to who cannot see it.
function follow() {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (found && found.closest("tr")) { filter.value = ""; narrow(); found.focus(); }
}

const filter = document.getElementById("filter");
const rows = [...document.querySelectorAll("#deployments tbody tr")];
function narrow() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  rows.forEach((row) => {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  });
}
filter.addEventListener("input", narrow);
document.addEventListener("keydown", (event) => {
  const typing = /^(input|textarea|select)$/i.test(event.target.tagName);
  if (event.key === "/" && !typing) { event.preventDefault(); filter.focus(); }
  if (event.key === "Escape" && event.target === filter) { filter.value = ""; narrow(); filter.blur(); }
});
addEventListener("hashchange", follow);
follow();

// A page that was built long ago says nothing about now: no green on it may be believed.
const old = document.getElementById("old");
function doubt() {
  if (Date.now() - Date.parse(old.dataset.built) <= 30 * 60 * 1000) return;
  old.textContent = "This page is older than 30 minutes: how things are now is not known.";
  old.className = "old";
  document.querySelectorAll(".card").forEach((card) => {
    const pill = card.querySelector(".pill");
    if (card.classList.contains("unknown")) return;
    pill.textContent = "? not known; was " + pill.lastChild.textContent.trim();
    pill.className = "pill unknown";
    card.className = "card unknown";
  });
}
doubt();
setInterval(doubt, 60 * 1000);
