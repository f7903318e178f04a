/** In the making. */
export const HealthScreen = () => null;
