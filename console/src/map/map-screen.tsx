/** In the making. */
export const MapScreen = () => null;
