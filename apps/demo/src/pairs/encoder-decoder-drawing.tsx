const WIDTH = 66;
const BOX = { width: 40, height: 30 };
const [SOURCE_Y, TARGET_Y, HEIGHT] = [150, 50, 206];

/**
 * An encoder-decoder unrolled: the encoder reads the source both ways below, the decoder writes the target above, each symbol
 * becoming its next input. With attention a decoder's step sees all states of the encoder, without only the last. This
 * is drawn for its first step: lines to another would run through what lies before it.
 */
export function EncoderDecoderDrawing({
  source,
  target,
  attends = true,
  label,
}: {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly attends?: boolean;
  /** The drawing in words. */
  readonly label: string;
}) {
  const width = (source.length + target.length + 0.5) * WIDTH;
  const sourceAt = (step: number) => (step + 0.5) * WIDTH;
  const targetAt = (step: number) => (source.length + step + 1) * WIDTH;
  return (
    <svg
      class="unrolled"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      style={{ minWidth: `${0.8 * width}px`, maxWidth: `${width}px` }}
      role="img"
      aria-label={label}
    >
      <defs>
        <marker
          id="pair-arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0 8 4 0 8z" fill="currentColor" />
        </marker>
      </defs>
      {source.map((symbol, step) => (
        <g key={step}>
          <rect class="cell" x={sourceAt(step) - BOX.width / 2} y={SOURCE_Y - BOX.height / 2} {...BOX} rx="6" />
          <text x={sourceAt(step)} y={SOURCE_Y}>
            m
          </text>
          <text x={sourceAt(step)} y={HEIGHT - 8}>
            {symbol}
          </text>
          <Arrow from={[sourceAt(step), HEIGHT - 20]} to={[sourceAt(step), SOURCE_Y + BOX.height / 2]} />
          {step + 1 < source.length && (
            <Arrow
              from={[sourceAt(step) + BOX.width / 2, SOURCE_Y]}
              to={[sourceAt(step + 1) - BOX.width / 2, SOURCE_Y]}
              isBoth
            />
          )}
          {attends && (
            <Arrow
              from={[sourceAt(step), SOURCE_Y - BOX.height / 2]}
              to={[targetAt(0) - BOX.width / 2, TARGET_Y - 6]}
              isFaint
            />
          )}
        </g>
      ))}
      <Arrow
        from={[sourceAt(source.length - 1) + BOX.width / 2, SOURCE_Y - 6]}
        to={[targetAt(0) - BOX.width / 2, TARGET_Y + 10]}
      />
      {target.map((symbol, step) => (
        <g key={step}>
          <rect class="cell" x={targetAt(step) - BOX.width / 2} y={TARGET_Y - BOX.height / 2} {...BOX} rx="6" />
          <text x={targetAt(step)} y={TARGET_Y}>
            h
          </text>
          <text x={targetAt(step)} y={10}>
            {symbol}
          </text>
          <text x={targetAt(step)} y={TARGET_Y + 50}>
            {step === 0 ? "start" : target[step - 1]}
          </text>
          <Arrow from={[targetAt(step), TARGET_Y - BOX.height / 2]} to={[targetAt(step), 20]} />
          <Arrow from={[targetAt(step), TARGET_Y + 40]} to={[targetAt(step), TARGET_Y + BOX.height / 2]} />
          {step + 1 < target.length && (
            <Arrow
              from={[targetAt(step) + BOX.width / 2, TARGET_Y]}
              to={[targetAt(step + 1) - BOX.width / 2, TARGET_Y]}
            />
          )}
        </g>
      ))}
    </svg>
  );
}

function Arrow({
  from,
  to,
  isBoth = false,
  isFaint = false,
}: {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly isBoth?: boolean;
  readonly isFaint?: boolean;
}) {
  return (
    <line
      x1={from[0]}
      y1={from[1]}
      x2={to[0]}
      y2={to[1]}
      stroke-opacity={isFaint ? 0.45 : 1}
      marker-end="url(#pair-arrow)"
      marker-start={isBoth ? "url(#pair-arrow)" : undefined}
    />
  );
}
