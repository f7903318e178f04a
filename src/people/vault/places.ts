/** Places in a list, in order. */

/** The places of a list of some length that satisfy the predicate. */
export const placesWhere = (length: number, isWanted: (place: number) => boolean): Uint32Array => {
  const places = new Uint32Array(length);
  let wanted = 0;
  for (let place = 0; place < length; place++) if (isWanted(place)) places[wanted++] = place;
  return places.slice(0, wanted);
};
