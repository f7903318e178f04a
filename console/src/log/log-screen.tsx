/** In the making. */
export const LogScreen = () => null;
