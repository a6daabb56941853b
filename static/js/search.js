// The search page without reloads, and suggestions under the box. Everything works without it.

const form = document.getElementById("recherche");
const results = document.getElementById("resultats");
const filters = document.getElementById("filtres");
const announcement = document.getElementById("annonce");
let request = null;

/** The address that submitting the form would open: empty fields and defaults left out. */
function wantedAddress() {
  const fields = new URLSearchParams(new FormData(form));
  const kept = [...fields].filter(([name, value]) => {
    const defaults = { besoin: "moyen", tri: "pertinence" };
    return value !== "" && defaults[name] !== value;
  });
  const query = new URLSearchParams(kept).toString();
  return query ? `${form.action}?${query}` : form.action;
}

/** Puts what another page of results says in place of what this one says; focus and folds stay. */
function show(page) {
  const focused = document.activeElement?.id;
  const folds = new Map([...document.querySelectorAll("#filtres details")].map((fold) => [fold.id, fold.open]));
  for (const old of document.querySelectorAll("[data-replace]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh) {
      throw new Error(`no #${old.id} in the answer`);
    }
    old.replaceChildren(...fresh.childNodes);
  }
  for (const [id, open] of folds) {
    const fold = document.getElementById(id);
    if (fold) {
      fold.open = open;
    }
  }
  document.title = page.title;
  const field = document.getElementById("q");
  if (focused !== "q") {
    field.value = page.getElementById("q").value;
  }
  if (focused && document.activeElement?.id !== focused) {
    (document.getElementById(focused) ?? results).focus({ preventScroll: true });
  }
  announcement.textContent = "";
  // A reader is told even when the count is the same as before.
  window.setTimeout(() => {
    announcement.textContent = document.getElementById("compte")?.textContent ?? "";
  }, 100);
  limitComparison();
}

/** Opens an address of this page in place. Whatever goes wrong, the browser opens it instead. */
async function open(address, { remember = true } = {}) {
  request?.abort();
  const mine = new AbortController();
  request = mine;
  results.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (remember) {
      history.pushState({ search: true }, "", address);
    }
  } catch (error) {
    if (error.name !== "AbortError") {
      window.location.assign(address);
    }
  } finally {
    if (request === mine) {
      results.removeAttribute("aria-busy");
    }
  }
}

/** On a phone the filters are a panel: open or closed, and said to be. */
function showFilters(visible) {
  filters.toggleAttribute("data-open", visible);
  filters.toggleAttribute("data-closed", !visible);
  (visible ? filters : results).focus();
  (visible ? filters : results).scrollIntoView();
}

/** Five sheets at most side by side: the other boxes wait. */
function limitComparison() {
  const comparison = document.getElementById("comparaison");
  if (!comparison) {
    return;
  }
  const boxes = [...comparison.querySelectorAll("input[name=s]")];
  const full = boxes.filter((box) => box.checked).length >= Number(comparison.dataset.most);
  for (const box of boxes) {
    box.disabled = full && !box.checked;
  }
}

function enhanceSearch() {
  document.addEventListener("change", (event) => {
    if (event.target.name === "s") {
      limitComparison();
    } else if (event.target.form === form && event.target.id !== "q") {
      open(wantedAddress());
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.classList.contains("gs-apply")) {
      showFilters(false);
    }
    open(wantedAddress());
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    if (link.matches(".gs-open-filters, .gs-filters__close")) {
      event.preventDefault();
      showFilters(link.matches(".gs-open-filters"));
    } else if (link.matches(".gs-remove, .gs-removable a")) {
      event.preventDefault();
      results.focus({ preventScroll: true });
      open(link.href);
    }
  });
  window.addEventListener("popstate", (event) => {
    if (event.state?.search || !location.hash) {
      open(location.href, { remember: false });
    }
  });
  limitComparison();
}

/** A list of suggestions under the box: the combobox pattern of ARIA, silent when nothing comes. */
function enhanceBox(bar) {
  const box = bar.querySelector("input[name=q]");
  const list = document.createElement("ul");
  list.className = "gs-suggestions";
  list.id = `${box.id}-suggestions`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", bar.querySelector("label").textContent);
  bar.append(list);
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  Object.entries(attributes).forEach(([name, value]) => box.setAttribute(name, value));
  let active = -1;
  let timer;
  let asking = null;

  const close = () => {
    window.clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const point = (index) => {
    active = index;
    [...list.children].forEach((line, rank) => line.setAttribute("aria-selected", String(rank === index)));
    if (index < 0) {
      box.removeAttribute("aria-activedescendant");
    } else {
      box.setAttribute("aria-activedescendant", list.children[index].id);
    }
  };
  const fill = (suggestions) => {
    list.replaceChildren(...suggestions.map(({ text, url }, rank) => {
      const line = document.createElement("li");
      line.id = `${list.id}-${rank}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      line.textContent = text;
      line.dataset.url = url;
      return line;
    }));
    list.hidden = suggestions.length === 0;
    active = -1;
    box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const address = `${bar.dataset.suggestions}?q=${encodeURIComponent(box.value)}`;
      const answer = await fetch(address, { signal: asking.signal });
      fill(answer.ok ? (await answer.json()).suggestions : []);
    } catch {
      // Suggestions are a comfort: without them one types on.
    }
  };

  box.addEventListener("input", () => {
    window.clearTimeout(timer);
    if (box.value.trim().length < 2) {
      close();
    } else {
      timer = window.setTimeout(ask, 200);
    }
  });
  box.addEventListener("keydown", (event) => {
    const lines = list.children.length;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      const chosen = list.hidden ? undefined : list.children[active];
      if (chosen) {
        event.preventDefault();
        window.location.assign(chosen.dataset.url);
      }
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place beyond the list is the box itself.
      point(((active + 1 + step + lines + 1) % (lines + 1)) - 1);
    }
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const line = event.target.closest("li");
    if (line) {
      window.location.assign(line.dataset.url);
    }
  });
  box.addEventListener("blur", close);
}

if (form && results && filters) {
  enhanceSearch();
}
for (const bar of document.querySelectorAll("[data-suggestions]")) {
  enhanceBox(bar);
}
