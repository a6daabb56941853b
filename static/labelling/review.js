/* The review screen by keyboard, saved as one goes. Without it, each criterion's form is posted. */
(() => {
  // A piece is fetched, and its reading logged, once somebody asks to see it.
  document.addEventListener(
    "toggle",
    ({ target }) => {
      const frame = target.matches?.(".desk-viewer[open]") && target.querySelector("iframe");
      if (frame && !frame.src) frame.src = frame.dataset.src;
    },
    true,
  );

  const list = document.querySelector(".desk-criteria");
  if (!list) return;
  const articles = [...list.querySelectorAll(".desk-criterion")];
  const canned = JSON.parse(document.getElementById("desk-canned")?.textContent || "{}");
  const words = JSON.parse(document.getElementById("desk-words").textContent);
  const MOTIVATED = ["non-conforme", "a-preciser"];

  const formOf = (article) => article?.querySelector(".desk-verdict");
  const status = (form, told) => {
    form.querySelector(".desk-saved").textContent = told;
  };

  const savings = new Map();
  // One request at a time for each criterion: a later one needs the edition that the first returns.
  const save = (form) => {
    const next = (savings.get(form) || Promise.resolve()).then(() => send(form));
    savings.set(form, next);
    return next;
  };

  const send = async (form) => {
    const verdict = form.querySelector("[name=verdict]:checked")?.value;
    const comment = form.elements.comment.value.trim();
    if (!verdict) {
      status(form, words.choose);
      return;
    }
    if (MOTIVATED.includes(verdict) && !comment && !form.elements.reason?.value) {
      status(form, words.why);
      form.elements.comment.focus();
      return;
    }
    status(form, words.saving);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "XMLHttpRequest" },
      });
      const told = await answer.json();
      if (told.edition) form.elements.edition.value = told.edition;
      if (answer.ok) saved(form, told);
      else {
        const theirs = told.theirs ? ` (${told.theirs.verdict} – ${told.theirs.comment})` : "";
        status(form, told.error + theirs);
      }
    } catch {
      status(form, words.lost);
    }
  };

  const saved = (form, told) => {
    const article = form.closest(".desk-criterion");
    article.classList.add("is-done");
    article.querySelector(".desk-done").textContent = words.done;
    status(form, told.words);
    list.querySelector("[data-done]").textContent = told.done;
    list.querySelector("progress").value = told.done;
    for (const [theme, done] of Object.entries(told.themes)) {
      const place = list.querySelector(`[data-theme="${CSS.escape(theme)}"]`);
      if (place) place.textContent = done;
    }
    for (const [view, count] of Object.entries(told.views)) {
      list.querySelector(`[data-count="${view}"]`).textContent = count;
    }
  };

  list.addEventListener("submit", (event) => {
    if (!event.target.matches(".desk-verdict")) return;
    event.preventDefault();
    if (event.submitter?.name === "insert") insert(event.target);
    else save(event.target);
  });

  const insert = (form) => {
    const text = canned[form.elements.reason.value];
    if (!text) return;
    const area = form.elements.comment;
    area.value = [area.value.trim(), text].filter(Boolean).join("\n");
    area.dataset.proposed = area.value;
    area.focus();
  };

  list.addEventListener("change", ({ target }) => {
    const form = target.closest(".desk-verdict");
    if (!form) return;
    if (target.name === "reason") {
      const area = form.elements.comment;
      const untouched = !area.value.trim() || area.value === area.dataset.proposed;
      if (untouched) area.value = area.dataset.proposed = canned[target.value] || "";
      return;
    }
    const verdict = form.querySelector("[name=verdict]:checked")?.value;
    if (!verdict || (MOTIVATED.includes(verdict) && !form.elements.comment.value.trim())) return;
    save(form);
  });

  const go = (from, step) => {
    const place = articles.indexOf(from);
    const next = articles[place < 0 ? 0 : place + step];
    next?.focus();
    next?.scrollIntoView({ block: "start" });
  };

  const box = document.querySelector("[data-keys]");
  const ticked = box?.querySelector("input");
  if (box) {
    box.hidden = false;
    ticked.checked = localStorage.getItem("desk-keys") !== "off";
    ticked.addEventListener("change", () =>
      localStorage.setItem("desk-keys", ticked.checked ? "on" : "off"),
    );
  }

  document.addEventListener("keydown", (event) => {
    const article = event.target.closest?.(".desk-criterion");
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && formOf(article)) {
      event.preventDefault();
      save(formOf(article));
      return;
    }
    const off = ticked && !ticked.checked;
    const held = event.ctrlKey || event.metaKey || event.altKey || off;
    const inside = event.target === document.body || list.contains(event.target);
    const types = event.target.matches("textarea, select, input:not([type=radio])");
    if (held || !inside || types) return;
    // Arrows choose among radios and open what is closed: there they keep that meaning.
    const arrows = !event.target.matches("input, summary, iframe");
    if (event.key === "j" || (arrows && article && event.key === "ArrowDown")) go(article, 1);
    else if (event.key === "k" || (arrows && article && event.key === "ArrowUp")) go(article, -1);
    else if (event.key === "c" && formOf(article)) formOf(article).elements.comment.focus();
    else if (/^[1-4]$/.test(event.key) && formOf(article)) {
      const radio = formOf(article).querySelectorAll("[name=verdict]")[event.key - 1];
      radio.checked = true;
      radio.focus();
      radio.dispatchEvent(new Event("change", { bubbles: true }));
      if (MOTIVATED.includes(radio.value)) formOf(article).elements.comment.focus();
    } else return;
    event.preventDefault();
  });
})();
