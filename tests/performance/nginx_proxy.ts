import { freePort } from "../free_port.ts";
import { type ConversingProcess, startConversing } from "./conversing_process.ts";

/** nginx as a reverse proxy, in a folder that is thrown away; undefined, with a word of why, where it is not installed. */
export async function startNginx(
  upstream: string,
  { core }: { readonly core: number | undefined },
): Promise<(ConversingProcess & { readonly url: string }) | undefined> {
  if (!await isInstalled()) {
    Deno.stderr.writeSync(new TextEncoder().encode("nginx is left out: it is not installed\n"));
    return undefined;
  }
  await using starting = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  starting.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration({ folder, port, upstream }));
  const process = starting.use(startConversing({
    program: "sh",
    // So that it ends with us, however that comes about
    args: ["-c", 'nginx -e stderr -c "$0" & cat; kill -QUIT $!; wait', `${folder}/nginx.conf`],
    core,
  }));
  const started = starting.move();
  return {
    ...process,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function isInstalled(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("nginx", { args: ["-v"], stderr: "null" }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** As its manual has a proxy: connections to the upstream are kept, requests are not logged. One worker, as we have one thread. */
function configuration(
  { folder, port, upstream }: {
    readonly folder: string;
    readonly port: number;
    readonly upstream: string;
  },
): string {
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n  ");
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  ${places}
  keepalive_requests 1000000000;
  upstream services {
    server ${new URL(upstream).host};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://services;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }
}
`;
}
