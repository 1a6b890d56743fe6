import { given } from "@headwater/testing";
import { productCommandExamples as command, productEventExamples as event } from "./examples.ts";
import { product } from "./product.ts";

const { ListProduct, ChangePrice } = command;

Deno.test("a product is listed once; with other words or another price it is another", () => {
  given(product).when(ListProduct).yields(event.ProductListed);
  given(product, event.ProductListed).when(ListProduct).yieldsNothing();
  for (const other of [{ name: "Tea" }, { description: "" }, { price: 1 }, { currency: "GBP" }]) {
    given(product, event.ProductListed)
      .when({ ...ListProduct, data: { ...ListProduct.data, ...other } })
      .isRefused("product-exists");
  }
});

Deno.test("a product that was listed is not listed again at a price that has changed", () => {
  given(product, event.ProductListed, event.PriceChanged).when(ListProduct)
    .isRefused("product-exists");
});

Deno.test("a price changes, to what it is not yet", () => {
  given(product, event.ProductListed).when(ChangePrice).yields(event.PriceChanged);
  given(product, event.ProductListed, event.PriceChanged).when(ChangePrice).yieldsNothing();
  given(product).when(ChangePrice).isRefused("product-unknown");
});

Deno.test("a price may be of another currency from now on", () => {
  const inPounds = { ...ChangePrice.data, currency: "GBP" };
  given(product, event.ProductListed, event.PriceChanged)
    .when({ ...ChangePrice, data: inPounds })
    .yields({ type: "PriceChanged", data: inPounds });
  given(product).when({ ...ChangePrice, data: inPounds }).isRefused("product-unknown");
});
