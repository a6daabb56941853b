// Saves answers while they are typed. The page works without this: its buttons save everything.

const WAIT = 800; // milliseconds after the last key
const RETRY = 10_000;
const TOLD = {
  saving: "Enregistrement…",
  saved: "Enregistré.",
  offline: "Pas de connexion : ce que vous écrivez reste sur cette page, pas encore enregistré. Ne la fermez pas.",
  out: "Vous n'êtes plus connecté : reconnectez-vous dans un autre onglet, puis pressez « Enregistrer ».",
  refused: "L'enregistrement est refusé : copiez ce que vous venez d'écrire, puis rechargez la page.",
  conflict: "Quelqu'un a répondu à la même question entre-temps : choisissez la réponse à garder.",
  wrong: "Une réponse n'est pas enregistrée : corrigez-la.",
};

const form = document.querySelector("[data-assessment]");
const status = form?.querySelector("[data-saving-status]");
const states = new Map();
let leaving = false;

/** Says where saving stands; a reader hears it when it changes. */
function tell(words) {
  if (status.textContent !== words) {
    status.textContent = words;
  }
}

/** The fields of a question, as its page would post them. */
function fields(section) {
  const data = new FormData(form);
  const own = new FormData();
  for (const [name, value] of data) {
    const typed = name.replace("initial-", "");
    if (name === "csrfmiddlewaretoken" || typed.startsWith(`${section.id}-`)) {
      own.append(name, value);
    }
  }
  return own;
}

/** What was just saved is what the page was opened with, from now on. */
function settle(section, sent, edition) {
  section.querySelector(`[name="${section.id}-edition"]`).value = edition;
  for (const hidden of section.querySelectorAll('input[type="hidden"][name^="initial-"]')) {
    const name = hidden.name.replace("initial-", "");
    const value = sent.get(name);
    hidden.value = name.endsWith("-sans_objet") ? (value ? "True" : "False") : (value ?? "");
  }
}

/** Shows what is wrong beside the question, or nothing any more. */
function complain(section, message) {
  const place = section.querySelector("[data-messages]");
  place.replaceChildren();
  if (message) {
    const line = document.createElement("p");
    line.className = "fr-message fr-message--error";
    line.textContent = message;
    place.append(line);
  }
  for (const field of section.querySelectorAll(`[name="${section.id}-valeur"]`)) {
    field.toggleAttribute("aria-invalid", Boolean(message));
  }
}

/** The server says which questions are asked; the one being typed in never disappears. */
function show(asked) {
  for (const section of states.keys()) {
    const keep = section.contains(document.activeElement) || states.get(section).dirty;
    section.hidden = !asked.includes(section.id) && !keep;
  }
}

/** Saves a question once nothing is being saved of it, unless somebody has to choose first. */
function save(section) {
  const state = states.get(section);
  if (state.busy || section.querySelector("[data-conflict] [name]")) {
    return;
  }
  clearTimeout(state.timer);
  state.busy = send(section, state).finally(() => {
    state.busy = null;
    if (state.again) {
      save(section);
    }
  });
}

async function send(section, state) {
  state.dirty = state.again = false;
  const sent = fields(section);
  tell(TOLD.saving);
  try {
    const answer = await fetch(section.dataset.question, {
      method: "POST", body: sent, credentials: "same-origin", redirect: "manual",
    });
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    hear(section, sent, answer, isJson ? await answer.json() : {});
  } catch {
    state.dirty = true;
    state.timer = setTimeout(() => save(section), RETRY);
    tell(TOLD.offline);
  }
}

/** Does what the answer of the server asks for. */
function hear(section, sent, answer, said) {
  const state = states.get(section);
  if (answer.ok && "edition" in said) {
    settle(section, sent, said.edition);
    complain(section, "");
    show(said.asked);
    form.querySelector("[data-progress]").textContent = said.progress;
    tell([...states.values()].some((one) => one.dirty && !one.again) ? TOLD.wrong : TOLD.saved);
    return;
  }
  state.dirty = true;
  if (answer.status === 409 && said.html) {
    section.querySelector("[data-conflict]").innerHTML = said.html;
    tell(TOLD.conflict);
  } else if (answer.status === 422) {
    complain(section, said.message);
    tell(TOLD.wrong);
  } else if (answer.type === "opaqueredirect") {
    tell(TOLD.out);
  } else {
    tell(answer.status >= 500 ? TOLD.offline : TOLD.refused);
  }
}

/** Something is to be saved after a while, and after what is being saved. */
function later(section, wait) {
  const state = states.get(section);
  state.again = Boolean(state.busy);
  clearTimeout(state.timer);
  state.timer = setTimeout(() => save(section), wait);
}

if (form) {
  for (const section of form.querySelectorAll("[data-question]")) {
    const state = { dirty: false, again: false, busy: null, timer: 0 };
    states.set(section, state);
    section.addEventListener("input", (event) => {
      state.dirty = true;
      // Half an address or a number is wrong: what stands on one line is saved once it is left.
      if (event.target.matches("textarea")) {
        later(section, WAIT);
      }
    });
    section.addEventListener("change", () => {
      if (state.dirty) {
        later(section, 0);
      }
    });
  }
  window.addEventListener("online", () => {
    for (const [section, state] of states) {
      if (state.dirty) {
        save(section);
      }
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && [...states.values()].some((state) => state.dirty || state.busy)) {
      event.preventDefault();
    }
  });
  form.addEventListener("submit", async (event) => {
    for (const state of states.values()) {
      clearTimeout(state.timer);
      state.again = false;
    }
    const running = [...states.values()].map((state) => state.busy).filter(Boolean);
    if (running.length === 0) {
      leaving = true;
      return;
    }
    // What is being saved bears the edition that the page still has: wait for the next one.
    event.preventDefault();
    await Promise.allSettled(running);
    form.requestSubmit(event.submitter);
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
}
