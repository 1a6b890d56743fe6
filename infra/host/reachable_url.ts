/** Where this machine reaches who listens on that address: who listens on all of them is on its own as well. */
export function reachableUrl(
  { host, port }: { readonly host: string; readonly port: number },
): string {
  const reachable = ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
