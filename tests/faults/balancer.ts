import { within } from "@headwater/testing";

/** nginx in front of processes; it looks at no health, as it does without what one pays for. */
export type Balancer = AsyncDisposable;

const program = "/usr/sbin/nginx";

export const isBalancerInstalled = await exists(program);

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Starts it: who asks at one of the ports is answered by one of the processes behind it, by turns. */
export async function startBalancer(
  ports: ReadonlyMap<number, readonly number[]>,
): Promise<Balancer> {
  await using starting = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "headwater-nginx-" });
  starting.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(folder, ports));
  const child = new Deno.Command(program, {
    args: ["-e", "stderr", "-c", `${folder}/nginx.conf`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  starting.defer(async () => {
    child.kill("SIGTERM");
    await within("nginx to end", child.status);
  });
  const started = starting.move();
  return { [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/**
 * As its manual has a proxy that keeps its connections. A process that is away for a moment is asked again at once, or two
 * restarts in ten seconds would leave nobody to ask; what was sent and is not safe to repeat is not sent again.
 */
function configuration(folder: string, ports: ReadonlyMap<number, readonly number[]>): string {
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`);
  const servers = Array.from(ports, ([port, behind]) => `
  upstream at_${port} {
    ${behind.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join("\n    ")}
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://at_${port};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }`);
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000;
  ${places.join("\n  ")}
${servers.join("\n")}
}
`;
}
