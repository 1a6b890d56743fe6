import { gateway } from "@headwater/gateway";
import { orderPage } from "./order_page.ts";

/** The one origin that clients of the shop see. */
export const createGateway = gateway({ pages: [orderPage] });
