// What makes the list quick to work with: rows that open and move by keyboard, previous and next in
// the details, copy buttons, updates that touch only what has changed, searches that go on by
// themselves.
"use strict";

const drawer = byID("drawer");
const sessionRows = () => [...document.querySelectorAll("#sessions .session")];
const inDrawer = () => (drawer && drawer.open ? drawer.querySelector("article[data-key]") : null);

// ---- moving through the list ----

let last = "";    // the row on which the reader was
let leaveTo = ""; // what has the focus when the drawer has closed: the row of the details that it showed last

const beside = (key, step) => {
  const all = sessionRows();
  const at = all.findIndex((row) => row.id === key);
  return at < 0 ? all[0] : all[at + step];
};

function goTo(row) {
  if (!row) return;
  row.querySelector(".more").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

// step shows the details before or after those that are open. After the last row it loads a further
// page.
function step(by) {
  const article = inDrawer();
  if (!article || !byID(article.dataset.key)) return;
  const row = beside(article.dataset.key, by);
  if (row) return row.querySelector(".more").click();
  const more = byID("show-more");
  if (by < 0 || !more) return;
  whenSettled("more", () => { if (inDrawer() === article) step(by); });
  more.click();
}

// placed brings the tools of the drawer in step with what it shows.
function placed() {
  const article = inDrawer();
  const row = article && byID(article.dataset.key);
  document.querySelectorAll("#sessions [aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  const all = sessionRows();
  const at = row ? all.indexOf(row) : -1;
  for (const id of ["previous", "next", "drawer-place"]) byID(id).hidden = at < 0;
  if (at < 0) return;
  leaveTo = row.id;
  row.setAttribute("aria-current", "true");
  const { n, exact } = byID("total").dataset;
  const of = byID("show-more") && (exact === undefined ? `${all.length}+` : Number(n).toLocaleString("en"));
  byID("drawer-place").textContent = `${at + 1} / ${of || all.length}`;
  byID("previous").disabled = at === 0;
  byID("next").disabled = at === all.length - 1 && !byID("show-more");
}

// Letters are those of the key where the keyboard writes another script.
const keyOf = (event) => (event.key.length === 1 && event.key > "~" ? { KeyJ: "j", KeyK: "k", Slash: event.shiftKey ? "?" : "/" }[event.code] : event.key);

listen(document, "keydown", (event) => {
  if (!query || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  const typing = target.matches("select, textarea, input:not([type=checkbox], [type=radio])");
  const dialog = topDialog();
  const key = keyOf(event);
  const take = (does) => {
    event.preventDefault();
    does();
  };
  if (key === "?" && !typing && (!dialog || dialog === drawer)) return take(() => byID("keys").showModal());
  if (dialog) {
    if (dialog !== drawer || typing || !inDrawer()) return;
    if (key === "j") take(() => step(1));
    else if (key === "k") take(() => step(-1));
    else if (key === "/") take(() => { leaveTo = "q"; drawer.close(); });
    return;
  }
  const toggle = byID("toggle-filters");
  if (key === "Escape" && toggle.checkVisibility() && toggle.getAttribute("aria-expanded") === "true") {
    toggle.setAttribute("aria-expanded", "false");
    return toggle.focus();
  }
  if (target.id === "q" && key === "ArrowDown") return take(() => goTo(sessionRows()[0]));
  if (typing) return;
  if (key === "/") return take(() => { byID("q").focus(); byID("q").select(); });
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[key];
  const by = { j: 1, k: -1 }[key] || arrow;
  const row = target.closest("#sessions .session");
  if (!by || arrow && !row && target !== document.body && target.id !== "main") return;
  take(() => {
    if (arrow < 0 && row && row === sessionRows()[0]) return byID("q").focus();
    goTo(row ? beside(row.id, by) : byID(last) && beside(last, 0) || sessionRows()[0]);
  });
});

listen(document, "focusin", (event) => {
  const row = event.target.closest("#sessions .session");
  if (row) last = row.id;
});

// A row opens wherever it is clicked, unless text in it is being selected.
listen(document, "click", (event) => {
  const row = event.target.closest("#sessions .session");
  const selection = getSelection();
  if (!row || event.target.closest("a, button") || !selection.isCollapsed && row.contains(selection.anchorNode)) return;
  const more = row.querySelector(".more");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return void window.open(more.href, "_blank", "noopener");
  more.focus({ preventScroll: true });
  more.click();
});

// The middle button opens a row in another tab, as it does a link.
listen(document, "auxclick", (event) => {
  const row = event.target.closest("#sessions .session");
  if (row && event.button === 1 && !event.target.closest("a, button")) window.open(row.querySelector(".more").href, "_blank", "noopener");
});

// Texts that are cut off are told by a tooltip.
listen(document, "mouseover", (event) => {
  const cell = event.target.closest("#sessions td, #sessions th");
  if (!cell || cell.matches(".c-more, .c-selfie")) return;
  const lines = [...cell.querySelectorAll(".pair, .second, :scope > bdi")];
  const cut = cell.querySelector(".further") || [cell, ...lines].some((part) => part.scrollWidth > part.clientWidth + 1);
  const text = lines.length ? lines.map((line) => line.textContent.trim()).join("\n") : cell.textContent.trim();
  cell.title = cut ? text : "";
});

listen(document, "click", async (event) => {
  const on = (selector) => event.target.closest(selector);
  if (on("#open-keys")) return byID("keys").showModal();
  if (on("#previous")) return step(-1);
  if (on("#next")) return step(1);
  if (on("#filters-done")) {
    byID("toggle-filters").setAttribute("aria-expanded", "false");
    byID("toggle-filters").focus({ preventScroll: true });
    return window.scrollTo({ top: 0 });
  }
  const stop = on("#stop-search");
  if (stop) {
    byID("results").dataset.stopped = "";
    htmx.trigger(stop.form, "htmx:abort");
    return byID("show-more").focus({ preventScroll: true });
  }
  if (on("#show-more")) return void delete byID("results").dataset.stopped;
  const copy = on(".copy");
  if (!copy) return;
  const text = copy.parentElement.querySelector("bdi").textContent;
  const label = copy.title;
  if (!await copied(text)) return alertUser(document.body.dataset.failed);
  copy.classList.add("copied");
  copy.setAttribute("aria-label", copy.dataset.done);
  setTimeout(() => {
    copy.classList.remove("copied");
    copy.setAttribute("aria-label", label);
  }, 2000);
});

// copied puts a text on the clipboard, and reports whether it is there.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // a page that was not sent by HTTPS, or a browser that asks somebody else
    const box = document.createElement("textarea");
    box.value = text;
    (inDrawer() || document.body).append(box);
    const focus = document.activeElement;
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    focus.focus();
    return done;
  }
}

// ---- live updates ----

// patch makes an element equal to a fresh one. What is the same in both is not touched: it keeps
// the keyboard's focus, its images, the reader's place in it.
function patch(old, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "aria-current") old.removeAttribute(name);
  }
  const is = [...old.childNodes], be = [...fresh.childNodes];
  const alike = (a, b) => a.nodeName === b.nodeName && a.className === b.className;
  const bring = (a, b) => {
    if (b.nodeType === Node.ELEMENT_NODE) patch(a, b);
    else if (a.nodeValue !== b.nodeValue) a.nodeValue = b.nodeValue;
  };
  const both = Math.min(is.length, be.length);
  let head = 0, tail = 0;
  while (head < both && alike(is[head], be[head])) bring(is[head], be[head++]);
  while (tail < both - head && alike(is.at(-1 - tail), be.at(-1 - tail))) bring(is.at(-1 - tail), be.at(-1 - tail++));
  const after = tail ? is.at(-tail) : null;
  is.slice(head, is.length - tail).forEach((node) => node.remove());
  be.slice(head, be.length - tail).forEach((node) => old.insertBefore(node, after));
}

// follow brings open details to what they are now.
async function follow(keys) {
  const article = inDrawer();
  if (!article || !keys.includes(article.dataset.key)) return;
  const answer = await fetch(article.dataset.url, { headers: { "HX-Request": "true", "Page-Viewer": texts.viewer } });
  if (!answer.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text(); // inert, and escaped by the server
  if (inDrawer() !== article) return;
  patch(article, fresh.content.querySelector("article"));
  htmx.process(article);
  byID("drawer-status").textContent = byID("live").dataset.changedOne;
}

// ---- searches and dates ----

// A search that has not ended goes on while its end is in sight, until it is stopped.
listen(document, "htmx:beforeRequest", (event) => {
  const by = event.detail.requestConfig.triggeringEvent;
  const stopped = byID("results") && byID("results").dataset.stopped !== undefined;
  if (stopped && event.detail.elt.matches("form.partial") && !(by && by.type === "submit")) event.preventDefault();
});

// A date that is being typed has a year of fewer digits: it is waited for.
const half = (control) => control.type === "date" && !control.validity.valid;

if (query) {
  listen(query, "formdata", (event) => { // of every request, and of the export
    for (const control of query.elements) {
      if (half(control)) event.formData.delete(control.name);
    }
  });
  listen(query, "change", (event) => { if (half(event.target)) event.stopPropagation(); }, true);
  listen(query, "focusout", (event) => {
    if (event.target.type === "date") event.target.setAttribute("aria-invalid", String(half(event.target)));
  });
  listen(drawer, "close", () => {
    const at = byID(leaveTo);
    leaveTo = "";
    placed();
    if (at) (at.querySelector(".more") || at).focus();
  });
  const settled = () => {
    placed();
    const chosen = document.querySelectorAll(".chip:not(.clear)").length;
    if (chosen) byID("toggle-filters").dataset.n = chosen;
    else delete byID("toggle-filters").dataset.n;
  };
  listen(document, "htmx:afterSwap", placed); // before a key can be pressed
  listen(document, "htmx:afterSettle", settled);
  settled();
}
