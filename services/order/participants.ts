import { participant } from "@headwater/sagas";
import { stockItemCommands, stockItemEvents } from "@shop/inventory/contract";
import { notificationCommands, notificationEvents } from "@shop/notification/contract";
import { paymentCommands, paymentEvents } from "@shop/payment/contract";
import { shipmentCommands, shipmentEvents } from "@shop/shipping/contract";
import { orderCommands, orderEvents } from "./contract.ts";

export const order = participant("order", { commands: orderCommands, events: orderEvents });
export const inventory = participant("inventory", {
  commands: stockItemCommands,
  events: stockItemEvents,
});
export const payment = participant("payment", { commands: paymentCommands, events: paymentEvents });
export const shipping = participant("shipping", {
  commands: shipmentCommands,
  events: shipmentEvents,
});
export const notification = participant("notification", {
  commands: notificationCommands,
  events: notificationEvents,
});
