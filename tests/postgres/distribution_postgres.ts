import assert from "node:assert/strict";
import { eventually } from "@headwater/testing";

/** Where Debian puts it. */
const binaries = "/usr/lib/postgresql/15/bin";
const pgbouncer = "/usr/sbin/pgbouncer";

/** What the tests of this folder need, beside what is in the house. */
export const isInstalled = Deno.build.os === "linux" &&
  [`${binaries}/postgres`, pgbouncer, "/usr/bin/openssl"].every(isThere);

export type DistributionPostgres = AsyncDisposable & {
  /** Of a user who may do everything, to the server itself. */
  readonly adminUrl: string;
  readonly port: number;
  /** Of PgBouncer, which gives its clients a connection for one transaction at a time. */
  readonly poolerPort: number;
  /** The authority that both certificates are from. */
  readonly rootCertificate: string;
  /** As the superuser; one statement after the other. */
  run(...statements: readonly string[]): Promise<void>;
  /** Text that psql gives for a query. */
  ask(statement: string): Promise<string>;
};

/** Of the users there are; it must be percent-encoded in a URL. */
export const password = "p@ss:w%rd/1";

const prepare = `
set -eu
cd "$1"; port=$2; poolerport=$3; password=$4; binaries=$5
key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
openssl req -x509 $key -nodes -days 2 -subj "/CN=Authority of a test" -keyout ca.key -out ca.pem
openssl req $key -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
echo "subjectAltName=DNS:localhost" >san
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.pem
chmod 600 server.key; chmod 644 ca.pem
echo "$password" >password
"$binaries/initdb" -D data -U postgres -A scram-sha-256 -E UTF8 --no-locale --pwfile=password
cat >>data/postgresql.conf <<CONF
port = $port
listen_addresses = 'localhost'
unix_socket_directories = '$1'
ssl = on
ssl_cert_file = '$1/server.pem'
ssl_key_file = '$1/server.key'
fsync = off
CONF
printf 'local all all trust\\nhostssl all all 127.0.0.1/32 scram-sha-256\\nhostssl all all ::1/128 scram-sha-256\\n' >data/pg_hba.conf
cat >pgbouncer.ini <<CONF
[databases]
* = host=localhost port=$port
[pgbouncer]
listen_addr = localhost
listen_port = $poolerport
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $1/users
pool_mode = transaction
max_client_conn = 500
default_pool_size = 8
server_tls_sslmode = verify-full
server_tls_ca_file = $1/ca.pem
client_tls_sslmode = require
client_tls_cert_file = $1/server.pem
client_tls_key_file = $1/server.key
CONF
printf '"postgres" "%s"\\n"shop" "%s"\\n' "$password" "$password" >users
`;

/** PostgreSQL and PgBouncer as the distribution has them, with nothing but encrypted connections. */
export async function startDistributionPostgres(): Promise<DistributionPostgres> {
  await using starting = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "headwater-distribution-" });
  starting.defer(() => Deno.remove(directory, { recursive: true }));
  const [port = 0, poolerPort = 0] = freePorts();
  const isRoot = Deno.uid() === 0;
  // Neither of them runs as root
  const user = isRoot ? await idsOf("nobody") : undefined;
  if (user) await Deno.chown(directory, user.uid, user.gid);
  await Deno.chmod(directory, 0o711);
  await output([
    "sh",
    "-c",
    prepare,
    "sh",
    directory,
    `${port}`,
    `${poolerPort}`,
    password,
    binaries,
  ], {
    user,
  });
  function serve(command: string, ...args: string[]): void {
    const child = new Deno.Command(command, {
      args,
      ...user,
      cwd: directory,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    starting.defer(async () => {
      child.kill("SIGINT");
      await child.status;
    });
  }
  async function ask(statement: string): Promise<string> {
    const args = ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", directory, "-p", `${port}`];
    const psql = [`${binaries}/psql`, ...args, "-U", "postgres", "-c", statement];
    return (await output(psql, { user })).trim();
  }
  serve(`${binaries}/postgres`, "-D", `${directory}/data`);
  await eventually("PostgreSQL 15", async () => await ask("select 1").catch(() => "") === "1");
  serve(pgbouncer, `${directory}/pgbouncer.ini`);
  const encoded = encodeURIComponent(password);
  const rootCertificate = `${directory}/ca.pem`;
  const started = starting.move();
  return {
    adminUrl:
      `postgres://postgres:${encoded}@localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${rootCertificate}`,
    port,
    poolerPort,
    rootCertificate,
    ask,
    async run(...statements) {
      for (const statement of statements) await ask(statement);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function output(
  [command = "", ...args]: readonly string[],
  { user }: { readonly user?: { readonly uid: number; readonly gid: number } | undefined } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: "/",
    ...user,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function idsOf(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map((kind) => output(["id", kind, name])),
  );
  return { uid: Number(uid), gid: Number(gid) };
}

function freePorts(): number[] {
  const listeners = Array.from(
    { length: 2 },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  for (const listener of listeners) listener.close();
  return listeners.map(({ addr }) => addr.port);
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
