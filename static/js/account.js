// Passkeys: shown only where the browser knows them; codes and passwords need no script.

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
  }
}

/** The device did not answer, or the person gave up: say so, and let them try again. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const message = document.getElementById("passkey-error");
  if (message) {
    message.hidden = false;
  }
});
