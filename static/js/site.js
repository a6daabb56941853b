// What the site adds to DSFR's own script. Every page works without it.

/** Puts the reader on the summary of errors of a form that came back. */
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
}

/** A message is sent once, however often the button is pressed. */
for (const form of document.querySelectorAll("form[method=post][data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});
