// The search page without reloads. Everything works without it.

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
  filters.addEventListener("keydown", (event) => {
    const opener = document.querySelector(".gs-open-filters");
    // Seen on a phone only, where the filters are a panel.
    if (event.key === "Escape" && opener?.offsetParent) {
      showFilters(false);
      opener.focus();
    }
  });
  window.addEventListener("popstate", (event) => {
    if (event.state?.search || !location.hash) {
      open(location.href, { remember: false });
    }
  });
  limitComparison();
}

if (form && results && filters) {
  enhanceSearch();
}
