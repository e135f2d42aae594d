"use strict";
// The page is whole without this; here it becomes easier to use.

function copy(element) {
  navigator.clipboard.writeText(element.dataset.copy).then(() => {
    element.classList.add("copied");
    setTimeout(() => element.classList.remove("copied"), 1500);
  });
}

document.querySelectorAll("[data-copy]").forEach((element) => {
  element.addEventListener("click", () => copy(element));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); copy(element); }
  });
});

const filter = document.getElementById("filter");
const rows = [...filter.closest("p").nextElementSibling.querySelectorAll("tbody tr")];
function narrow() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  rows.forEach((row) => {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  });
}
filter.addEventListener("input", narrow);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== filter) { event.preventDefault(); filter.focus(); }
});

// A page that was built long ago says nothing about now: no green on it may be believed.
const old = document.getElementById("old");
const age = Date.now() - Date.parse(old.dataset.built);
if (age > 30 * 60 * 1000) {
  old.textContent = "This page is older than 30 minutes: what it calls healthy may not be.";
  old.className = "old";
  document.querySelectorAll(".card.healthy").forEach((card) => {
    card.classList.replace("healthy", "unknown");
    card.querySelector(".health").textContent = "? was healthy then";
  });
}
