/** The arrowhead of an edge in a picture, for `markerEnd`. */
export const EdgeTip = ({ id, kind }: { id: string; kind: string }) => (
  <marker
    id={id}
    className={`graph-tip ${kind}`}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="8"
    markerHeight="8"
    markerUnits="userSpaceOnUse"
    orient="auto"
  >
    <path d="M0 0.5 8 4 0 7.5Z" />
  </marker>
);
