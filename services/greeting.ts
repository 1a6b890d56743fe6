const order = {
  orderId: "my-first",
  customerId: "me",
  currency: "EUR",
  lines: [{ sku: "TEA", quantity: 2, unitPrice: 450 }],
  shippingAddress: {
    name: "Ada",
    line1: "1 Mill Lane",
    city: "Hull",
    postalCode: "12345",
    country: "GB",
  },
  paymentMethod: "pm_ok",
};

const product = { sku: "TEA", name: "Green tea", price: 450, currency: "EUR" };

/** What to try first with the shop whose gateway is at this URL. */
export function greeting(url: string): readonly string[] {
  const post = `curl -X POST -H 'content-type: application/json'`;
  return [
    `${post} ${url}/api/inventory/items/TEA/receive -d '{"quantity": 10}'`,
    `${post} ${url}/api/orders -d '${JSON.stringify(order)}'`,
    `curl ${url}/api/orders/${order.orderId}/timeline`,
    `${post} ${url}/api/products -d '${JSON.stringify(product)}'`,
    `curl '${url}/api/products?q=teas'`,
  ];
}
