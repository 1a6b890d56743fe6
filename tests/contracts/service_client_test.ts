import { httpClient, inProcessClient } from "@headwater/host";
import type { Service } from "@headwater/core";
import { serviceClientSuite } from "./service_client_suite.ts";

serviceClientSuite("in-process client", (service: Service) =>
  Promise.resolve({
    client: inProcessClient(new Map([["example", service]])),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));

serviceClientSuite("HTTP client", (service: Service) => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, service);
  return Promise.resolve({
    client: httpClient(new Map([["example", `http://127.0.0.1:${server.addr.port}`]])),
    [Symbol.asyncDispose]: () => server.shutdown(),
  });
});
