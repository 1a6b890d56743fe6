import assert from "node:assert/strict";
import { permissionsOf, type Surroundings } from "./permissions.ts";

function permissions(
  kind: string,
  { env = {}, ...given }: Partial<Omit<Surroundings, "env">> & {
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<readonly string[]> {
  return permissionsOf(kind, {
    args: [],
    os: "linux",
    deno: "/bin/deno",
    temporary: "/tmp",
    ...given,
    env: new Map(Object.entries(env)),
  });
}

Deno.test("dev may touch its data directory, read its code, and run a shell and Deno", async () => {
  assert.deepEqual(await permissions("dev"), [
    "--allow-env",
    "--allow-net",
    "--allow-run=sh,/bin/deno",
    "--allow-read=.data,.",
    "--allow-write=.data",
  ]);
});

Deno.test("operators' commands run no Deno, the demo keeps to what is thrown away", async () => {
  assert.ok((await permissions("operate")).includes("--allow-run=sh"));
  const demo = await permissions("demo");
  for (const expected of ["--allow-net=127.0.0.1", "--allow-read=/tmp", "--allow-write=/tmp"]) {
    assert.ok(demo.includes(expected), expected);
  }
  const env = { EVENTSTORE_URL: "esdb://es:2113?tls=false" };
  assert.ok((await permissions("demo", { env })).includes("--allow-net"));
});

Deno.test("the certificates of databases may be read, and the demo reaches a server that is named", async () => {
  const env = {
    DATABASE_URL: "postgres://db/x?sslmode=verify-full&sslrootcert=/ca.pem",
    ORDER_DATABASE_URL: "postgres://db/x?sslmode=require&sslkey=/me.key&sslcert=/me.pem",
    PAYMENT_DATABASE_URL: "postgres://db/x",
  };
  assert.ok((await permissions("dev", { env })).includes(
    "--allow-read=.data,.,/ca.pem,/me.pem,/me.key",
  ));
  assert.ok((await permissions("demo", { env })).includes("--allow-net"));
});

Deno.test("dev may read the file of routes, and nobody else", async () => {
  const env = { ROUTES_FILE: "/etc/routes.json" };
  assert.ok((await permissions("dev", { env })).includes("--allow-read=.data,.,/etc/routes.json"));
  assert.ok((await permissions("operate", { env })).includes("--allow-read=.data,."));
});

Deno.test("permissions follow the data directory, a flag wins over its variable", async () => {
  const env = { DATA_DIR: "/var/shop" };
  assert.ok((await permissions("dev", { env })).includes("--allow-write=/var/shop"));
  for (const args of [["--split", "--data-dir", "/a=b"], ["--data-dir=/c", "--data-dir=/a=b"]]) {
    assert.ok((await permissions("dev", { env, args })).includes("--allow-write=/a=b"));
  }
});

Deno.test("the files of certificates that the event store's URL names may be read", async () => {
  const url = "esdb://es:2113?tls=true&tlsCAFile=/etc/ca.pem";
  for (const kind of ["dev", "operate"]) {
    const allowed = await permissions(kind, { env: { EVENTSTORE_URL: url } });
    assert.ok(allowed.includes("--allow-read=.data,.,/etc/ca.pem"), allowed.join(" "));
    assert.ok(allowed.includes("--allow-write=.data"));
  }
  const wrong = await permissions("dev", { env: { EVENTSTORE_URL: "esdb://" } });
  assert.ok(wrong.includes("--allow-read=.data,."));
});

Deno.test("an unknown kind is refused with those there are", async () => {
  await assert.rejects(permissions("prod"), {
    message: 'Cannot launch "prod": kinds are dev, operate, demo, measure',
  });
});
