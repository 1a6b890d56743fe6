/** Where the gateway shows the console. */
export const consolePath = "/console";
