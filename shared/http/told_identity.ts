import { z } from "zod";
import { identityHeader, noteIdentity } from "./identity.ts";
import type { Door } from "./service_app.ts";
import type { ServiceDependencies } from "./service_dependencies.ts";

const told = z.object({
  actor: z.string(),
  roles: z.array(z.string()),
  customerId: z.string().optional(),
});

/**
 * For a service that nobody reaches but its application: believes who the gateway says that asks. What comes without is
 * asked by the application itself.
 */
export function toldIdentity(): Door<ServiceDependencies> {
  return async (c, next) => {
    const text = c.req.header(identityHeader);
    if (text !== undefined) noteIdentity(c, told.parse(JSON.parse(decodeURIComponent(text))));
    await next();
  };
}
