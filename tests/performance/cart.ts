/** The work every contestant does: a shopping cart whose fold costs the same however many events it has. */
export type CartEvent =
  | { readonly type: "ItemAdded"; readonly data: CartItem }
  | { readonly type: "CartConfirmed"; readonly data: { readonly cartId: string } };

export type CartCommand =
  | { readonly type: "AddItem"; readonly data: CartItem }
  | { readonly type: "ConfirmCart"; readonly data: { readonly cartId: string } };

export type CartItem = {
  readonly cartId: string;
  readonly sku: string;
  readonly quantity: number;
  /** In minor units. */
  readonly unitPrice: number;
};

export type CartState = {
  readonly isConfirmed: boolean;
  readonly items: number;
  /** In minor units. */
  readonly total: number;
};

export const emptyCart: CartState = { isConfirmed: false, items: 0, total: 0 };

export function decideCart(command: CartCommand, state: CartState): readonly CartEvent[] {
  switch (command.type) {
    case "AddItem":
      if (state.isConfirmed) throw new Error("Cannot add to a cart: it is confirmed");
      return [{ type: "ItemAdded", data: command.data }];
    case "ConfirmCart":
      return state.isConfirmed ? [] : [{ type: "CartConfirmed", data: command.data }];
  }
}

export function evolveCart(state: CartState, event: CartEvent): CartState {
  switch (event.type) {
    case "ItemAdded": {
      const { quantity, unitPrice } = event.data;
      return {
        ...state,
        items: state.items + quantity,
        total: state.total + quantity * unitPrice,
      };
    }
    case "CartConfirmed":
      return { ...state, isConfirmed: true };
  }
}

/** The n-th item of a cart; about 100 bytes of JSON. */
export function cartItem(cartId: string, n: number): CartItem {
  return { cartId, sku: `SKU${n % 1000}`, quantity: 1 + n % 5, unitPrice: 199 + n % 1000 };
}
