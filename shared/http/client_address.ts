const addresses = new WeakMap<Request, string>();

/** Says from where a request came; whoever has the connection knows, and nobody else can be believed. */
export function noteClientAddress(request: Request, address: string): void {
  addresses.set(request, address);
}

/** From where a request came; undefined: from within this process. */
export function clientAddressOf(request: Request): string | undefined {
  return addresses.get(request);
}
