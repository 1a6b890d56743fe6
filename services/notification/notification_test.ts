import { given, rowsAfter, runCommands } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import { notificationEvents, notificationIdOf } from "./contract.ts";
import {
  notificationCommandExamples as command,
  notificationEventExamples as event,
} from "./examples.ts";
import { notification, type RecordSent } from "./notification.ts";
import { notificationView } from "./notification_view.ts";

const recordSent: RecordSent = {
  type: "RecordSent",
  data: { orderId: "order-1", kind: "order-confirmed" },
};

Deno.test("a notification is requested once", () => {
  given(notification).when(command.NotifyCustomer).yields(event.NotificationRequested);
  given(notification, event.NotificationRequested).when(command.NotifyCustomer).yieldsNothing();
  given(notification, event.NotificationRequested, event.NotificationSent)
    .when(command.NotifyCustomer).yieldsNothing();
});

Deno.test("a notification is sent once, after it was requested", () => {
  given(notification).when(recordSent).yieldsNothing();
  given(notification, event.NotificationRequested).when(recordSent).yields(event.NotificationSent);
  given(notification, event.NotificationRequested, event.NotificationSent)
    .when(recordSent).yieldsNothing();
});

Deno.test("a notification is sent at most once, whatever comes", () => {
  const any = fc.constantFrom(command.NotifyCustomer, recordSent);
  fc.assert(fc.property(fc.array(any), (commands) => {
    const { history } = runCommands({ decider: notification, events: notificationEvents }, {
      commands,
    });
    const expected = [event.NotificationRequested, event.NotificationSent];
    assert.deepEqual(history, expected.slice(0, history.length));
  }));
});

Deno.test("an order's notifications of two kinds are two", () => {
  const ids = [
    notificationIdOf("order-1", "order-confirmed"),
    notificationIdOf("order-1", "order-cancelled"),
    notificationIdOf("order-2", "order-confirmed"),
  ];
  assert.equal(new Set(ids).size, 3);
});

Deno.test("only what was sent has a row", () => {
  assert.equal(rowsAfter(notificationView, event.NotificationRequested).size, 0);
  const rows = rowsAfter(notificationView, event.NotificationRequested, event.NotificationSent);
  const { notificationId } = event.NotificationSent.data;
  assert.deepEqual(rows.get(notificationId), {
    notificationId: notificationId,
    customerId: "customer-1",
    orderId: "order-1",
    kind: "order-confirmed",
    sentAt: "2026-01-01T00:00:00.000Z",
    sentPosition: 2,
  });
});
