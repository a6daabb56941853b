// A real OpenID Connect provider that behaves as ProConnect does: signed userinfo, acr, PKCE,
// sign-out at the request of the service. Usage: node provider.mjs SERVICE_ORIGIN
// It prints READY and its issuer. `login_hint` signs in without a page: an address, or `deny`.
import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import Provider from "oidc-provider";

const [service] = process.argv.slice(2);
const jwk = {
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid: "k1", use: "sig", alg: "RS256",
};
const person = (sub, email, more) => ({
  sub, email, given_name: "Alice", usual_name: "Martin", idp_id: "idp-1", ...more,
});
const people = [
  person("sub-agent", "agent@ville.exemple", {
    siret: "21930008900017", organization_label: "Commune d'Exemple",
    roles: ["agent_public", "agent_public_territorial"],
  }),
  person("sub-employee", "employe@ardoise.exemple", {
    siret: "73282932000074", organization_label: "Ardoise Logiciels", roles: [],
  }),
];
const server = http.createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const alone = ["given_name", "usual_name", "email", "siret", "idp_id", "organization_label", "roles"];

const provider = new Provider(issuer, {
  clients: [{
    client_id: "catalogue", client_secret: "s".repeat(40),
    token_endpoint_auth_method: "client_secret_post",
    redirect_uris: [`${service}/connexion/proconnect/retour/`],
    post_logout_redirect_uris: [`${service}/deconnexion/retour/`],
    grant_types: ["authorization_code"], response_types: ["code"],
    userinfo_signed_response_alg: "RS256",
  }],
  jwks: { keys: [jwk] },
  acrValues: ["eidas1", "eidas2"],
  pkce: { required: () => true },
  cookies: { keys: ["not-a-secret"] },
  claims: Object.assign({ openid: ["sub"], acr: null, amr: null },
    ...alone.map((name) => ({ [name]: [name] }))),
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: {
      logoutSource: (context, form) => { context.body = `<!doctype html><body>${form}</body>`; },
    },
  },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  // No page of consent: ProConnect shows none.
  loadExistingGrant: async (context) => {
    const grant = new provider.Grant({
      clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope([...context.oidc.requestParamScopes].join(" "));
    await grant.save();
    return grant;
  },
  findAccount: (_context, id) => {
    const found = people.find(({ sub }) => sub === id);
    return found && { accountId: id, claims: async () => found };
  },
});

const answer = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/interaction/")) {
    return answer(request, response);
  }
  const { params } = await provider.interactionDetails(request, response);
  const found = people.find(({ email }) => email === params.login_hint);
  const result = found
    ? { login: { accountId: found.sub, acr: "eidas1", amr: ["pwd"] } }
    : { error: "access_denied" };
  return provider.interactionFinished(request, response, result);
});
console.log("READY", issuer);
