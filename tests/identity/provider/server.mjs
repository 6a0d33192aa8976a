// A real OpenID provider for the tests: whoever POST /as names is signed in there, with the claims that it sends.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
let present = { sub: "nobody" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "greenboard",
      client_secret: "a secret of the tests",
      redirect_uris: redirect.split(","),
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "given_name", "family_name", "preferred_username"],
    groups: ["groups"],
  },
  scopes: ["openid", "email", "profile", "groups"],
  cookies: { keys: ["tests only"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...present, sub: id }) }),
});

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    return provider.interactionFinished(request, response, { login: { accountId: present.sub } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

async function become(request, response) {
  let body = "";
  for await (const part of request) body += part;
  present = JSON.parse(body);
  response.end("ok");
}

const answer = provider.callback();
createServer((request, response) => {
  if (request.url === "/as") return become(request, response);
  if (request.url.startsWith("/interaction/")) return interact(request, response);
  return answer(request, response);
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
