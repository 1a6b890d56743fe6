/** In PEM. */
export type TestCertificate = { readonly certificate: string; readonly key: string };

export type TestAuthority = {
  /** Its own certificate, in PEM. */
  readonly certificate: string;
  /** A certificate for names and IPv4 addresses. */
  certify(...hosts: readonly string[]): Promise<TestCertificate>;
};

type Party = { readonly name: string; readonly keys: CryptoKeyPair };

const curve = { name: "ECDSA", namedCurve: "P-256" };
const signing = { name: "ECDSA", hash: "SHA-256" };

/** Makes a certificate authority whose certificates are good for tests, for two days (RFC 5280, in DER). */
export async function createTestAuthority(): Promise<TestAuthority> {
  const own: Party = { name: `Test ${crypto.randomUUID()}`, keys: await newKeys() };
  return {
    certificate: await issue(own, { by: own, extension: basicConstraints() }),
    async certify(...hosts) {
      const keys = await newKeys();
      const extension = alternativeNames(hosts);
      return {
        certificate: await issue({ name: hosts[0]!, keys }, { by: own, extension }),
        key: pem(
          "PRIVATE KEY",
          new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey)),
        ),
      };
    },
  };
}

async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(curve, true, ["sign", "verify"]) as CryptoKeyPair;
}

async function issue(
  { name, keys }: Party,
  { by, extension }: { readonly by: Party; readonly extension: Uint8Array },
): Promise<string> {
  const dayMs = 24 * 60 * 60 * 1_000;
  const body = sequence(
    tagged(0xa0, integer([2])),
    integer([1, ...crypto.getRandomValues(new Uint8Array(8))]),
    ecdsaWithSha256(),
    commonName(by.name),
    sequence(time(Date.now() - dayMs), time(Date.now() + dayMs)),
    commonName(name),
    new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey)),
    tagged(0xa3, sequence(extension)),
  );
  const signature = await crypto.subtle.sign(signing, by.keys.privateKey, body as BufferSource);
  const halves = new Uint8Array(signature);
  const signed = sequence(
    integer(unsigned(halves.slice(0, 32))),
    integer(unsigned(halves.slice(32))),
  );
  return pem("CERTIFICATE", sequence(body, ecdsaWithSha256(), tagged(0x03, [0], signed)));
}

function ecdsaWithSha256(): Uint8Array {
  return sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
}

function commonName(name: string): Uint8Array {
  return sequence(tagged(0x31, sequence(objectId(0x55, 0x04, 0x03), tagged(0x0c, utf8(name)))));
}

function basicConstraints(): Uint8Array {
  const isAuthority = sequence(tagged(0x01, [0xff]));
  return sequence(objectId(0x55, 0x1d, 0x13), tagged(0x01, [0xff]), tagged(0x04, isAuthority));
}

function alternativeNames(hosts: readonly string[]): Uint8Array {
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host) ? tagged(0x87, host.split(".").map(Number)) : tagged(0x82, utf8(host))
  );
  return sequence(objectId(0x55, 0x1d, 0x11), tagged(0x04, sequence(...names)));
}

function time(ms: number): Uint8Array {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  return tagged(0x18, utf8(text));
}

function objectId(...bytes: readonly number[]): Uint8Array {
  return tagged(0x06, bytes);
}

function integer(bytes: Iterable<number>): Uint8Array {
  return tagged(0x02, bytes);
}

/** As few bytes as will do, the first of them not looking like a sign. */
function unsigned(bytes: Uint8Array): number[] {
  const digits = [...bytes];
  while (digits[0] === 0) digits.shift();
  return digits[0]! >= 0x80 ? [0, ...digits] : digits;
}

function sequence(...parts: readonly Iterable<number>[]): Uint8Array {
  return tagged(0x30, ...parts);
}

function tagged(tag: number, ...parts: readonly Iterable<number>[]): Uint8Array {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return new Uint8Array([tag, ...size, ...content]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
