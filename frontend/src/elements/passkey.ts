// <gb-passkey does="create|get" options="{…}"> holds a form with a hidden field `credential` and a button:
// the button asks the browser for a passkey, puts its answer into the field and sends the form.
type Plain = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(data: ArrayBuffer | null): string | undefined {
  if (!data) return undefined;
  const plain = Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const keys = (list: unknown): PublicKeyCredentialDescriptor[] =>
  ((list as Plain[] | undefined) ?? []).map((key) => ({ ...key, id: bytes(key.id as string) }) as unknown as PublicKeyCredentialDescriptor);

async function create(options: Plain): Promise<Credential | null> {
  const user = options.user as Plain;
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    user: { ...user, id: bytes(user.id as string) },
    excludeCredentials: keys(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  return navigator.credentials.create({ publicKey });
}

async function get(options: Plain): Promise<Credential | null> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge as string),
    allowCredentials: keys(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  return navigator.credentials.get({ publicKey });
}

function plain(found: PublicKeyCredential): Plain {
  const answer = found.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const response: Plain = { clientDataJSON: text(answer.clientDataJSON) };
  if (answer.attestationObject) {
    response.attestationObject = text(answer.attestationObject);
    response.transports = answer.getTransports?.() ?? [];
  } else {
    response.authenticatorData = text(answer.authenticatorData);
    response.signature = text(answer.signature);
    response.userHandle = text(answer.userHandle);
  }
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response,
    authenticatorAttachment: found.authenticatorAttachment ?? undefined,
    clientExtensionResults: found.getClientExtensionResults(),
  };
}

class Passkey extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("button")?.addEventListener("click", () => void this.ask());
  }

  private async ask(): Promise<void> {
    const form = this.querySelector("form");
    const field = form?.querySelector<HTMLInputElement>('input[name="credential"]');
    if (!form || !field) return;
    try {
      const options = JSON.parse(this.getAttribute("options") ?? "{}").publicKey as Plain;
      const found = await (this.getAttribute("does") === "create" ? create(options) : get(options));
      if (!(found instanceof PublicKeyCredential)) return;
      field.value = JSON.stringify(plain(found));
      form.submit();
    } catch (error) {
      this.tell(error instanceof DOMException && error.name === "InvalidStateError" ? "This passkey is already there." : "The browser gave no passkey. Try again.");
    }
  }

  private tell(what: string): void {
    const told = this.querySelector<HTMLElement>("[data-told]");
    if (!told) return;
    told.textContent = what;
    told.hidden = false;
  }
}

customElements.define("gb-passkey", Passkey);
