import { type Admission, NotAdmitted } from "./admission.ts";

/** Names of this machine itself. */
const loopback = ["127.0.0.1", "localhost", "[::1]"];
const everyAddress = ["0.0.0.0", "::"];
const safe = ["GET", "HEAD", "OPTIONS"];
/** What browsers say of a request that no other origin's page has caused. */
const ownSites = ["same-origin", "none"];

/** Characters of what was sent that a message repeats. */
const longestQuote = 100;

/**
 * Answers under the names of this machine, the address that is listened on (any address, where that is all of them), and
 * `names`; and to writes only that no other origin's page makes a browser send. So a page elsewhere can neither place
 * orders, nor read what is here by giving its own name this machine's address.
 */
export function ownHosts(
  { listensOn = "127.0.0.1", names = [] }: {
    readonly listensOn?: string;
    /** Whose pages may write, too: this may stand behind a proxy that does not pass `Host` on. */
    readonly names?: readonly string[];
  } = {},
): Admission {
  const given = names.map((name) => name.toLowerCase());
  const own = [...new Set([...loopback, inUrl(listensOn), ...given])]
    .filter((name) => !everyAddress.map(inUrl).includes(name));
  const anyAddress = everyAddress.includes(listensOn);
  /** Whom clients ask for is mostly the same. */
  let lastOwn: string | undefined;

  function isOwn(hostname: string): boolean {
    return own.includes(hostname) || anyAddress && isAddress(hostname);
  }

  return ({ url, method, headers }) => {
    const host = headers.get("Host");
    // Without one it comes from this process, or from what is no browser
    if (host !== null && host !== lastOwn && !isOwn(hostnameOf(host))) {
      throw new NotAdmitted(
        "host-foreign",
        `Cannot answer for host ${quoted(host)}: own names are ${own.join(", ")}${
          anyAddress ? " and addresses" : ""
        }; HOST_NAMES adds others`,
      );
    }
    lastOwn = host ?? lastOwn;
    if (safe.includes(method)) return;
    const site = headers.get("Sec-Fetch-Site");
    if (site !== null && !ownSites.includes(site)) {
      throw new NotAdmitted(
        "origin-foreign",
        `Cannot ${method} from another origin's page: Sec-Fetch-Site is ${quoted(site)}, allowed: ${
          ownSites.join(", ")
        }`,
      );
    }
    const origin = headers.get("Origin");
    if (origin === null) return;
    const [from, to] = [URL.parse(origin), URL.parse(url)];
    if (!from || from.host !== to?.host && !given.includes(from.hostname)) {
      throw new NotAdmitted(
        "origin-foreign",
        `Cannot ${method} from another origin's page: Origin is ${
          quoted(origin)
        }, allowed: ${to?.origin}`,
      );
    }
  };
}

/** As it stands in a URL. */
function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host.toLowerCase();
}

function hostnameOf(host: string): string {
  return URL.parse(`http://${host}`)?.hostname ?? host;
}

/** As `URL` writes it. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d+(\.\d+){3}$/.test(hostname);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, longestQuote));
}
