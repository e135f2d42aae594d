// Small words for the document.

export const $ = (id) => document.getElementById(id);

/** Return a new element with a class and a text. */
export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** Return the element of a message, or null. */
export const find = (id) => $("log").querySelector(`.message[data-id="${id}"]`);

/** Say something for three seconds. */
export function toast(text) {
  const node = make("div", "toast", text);
  $("toasts").replaceChildren(node);
  setTimeout(() => node.classList.add("going"), 2600);
  setTimeout(() => node.remove(), 3000);
}

/** Put `text` on the clipboard and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyTheOldWay(text); // a phone in the LAN has no secure address, so no clipboard
  }
  toast(text.length > 40 || text.includes("\n") ? "Copied" : `Copied ${text}`);
}

function copyTheOldWay(text) {
  const box = make("textarea", "unseen");
  box.value = text;
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}
