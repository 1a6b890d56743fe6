import assert from "node:assert/strict";
import { nameForms, rename } from "./name_forms.ts";

const giftCard = {
  snake: "gift_card",
  camel: "giftCard",
  pascal: "GiftCard",
  kebab: "gift-card",
  words: "gift card",
};

Deno.test("a name has the same forms, whichever of them it is made from", () => {
  for (const form of Object.values(giftCard)) assert.deepEqual(nameForms(form), giftCard);
  assert.deepEqual(new Set(Object.values(nameForms("loyalty"))), new Set(["loyalty", "Loyalty"]));
});

Deno.test("a name is replaced in each of its forms, and gets the article that it needs", () => {
  const text = 'a gift card: GiftCardOpened, giftCardId, "gift-card", gift_card.ts, the gift card';
  assert.equal(
    rename(text, nameForms("gift_card"), { to: nameForms("order_item") }),
    'an order item: OrderItemOpened, orderItemId, "order-item", order_item.ts, the order item',
  );
});
