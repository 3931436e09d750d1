// Pictures that may be missing: servers then send the address of a stand-in with a well-known name.

/** Whether there is a picture of the person's or the server's own behind the address. */
export const isOwnPicture = (address: string | null | undefined): address is string =>
  Boolean(address) && !/\/missing\.\w+$/.test(address ?? '');
