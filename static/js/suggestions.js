// Suggestions under every search box. One types on without them.

/** A list of suggestions under the box: the combobox pattern of ARIA, silent when nothing comes. */
function enhanceBox(bar) {
  const box = bar.querySelector("input[name=q]");
  const list = document.createElement("ul");
  list.className = "gt-suggestions";
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

for (const bar of document.querySelectorAll("[data-suggestions]")) {
  enhanceBox(bar);
}
