import { useEffect, useRef } from "preact/hooks";
import { lab } from "../../client/lab";
import "./bench.css";

/** The kernel bench, a document of its own (build/bench.ts), as high as what it shows. */
export function Page() {
  useEffect(() => {
    void lab.close(); // nothing else is to use the GPU meanwhile
  }, []);
  return (
    <>
      <p class="lead">
        How fast is this device at what the other pages do? Every kernel, layer and training step is timed here, in this
        browser, and set against what the device can do at best.
      </p>
      <h2>What the figures mean</h2>
      <p>
        First the roofline is measured: the <em>peak</em> of a loop that only calculates, in GFLOP/s, and the speed of a{" "}
        <em>copy</em>, in GB/s. No kernel can be faster than the slower of the two allows. A row’s{" "}
        <em>share of the roofline</em> is how near it comes; a short call is held up by what a dispatch and a submission
        cost, which stand there too. Times are medians, with the spread of the samples beside them.
      </p>
      <h2>Measure this device</h2>
      <Bench />
      <p class="muted">
        The same runs as a command, <code>npm run bench</code>, which can compare two versions of the code and says
        whether a row became slower.
      </p>
    </>
  );
}

function Bench() {
  const frame = useRef<HTMLIFrameElement>(null);
  const observer = useRef<ResizeObserver | null>(null);
  useEffect(() => () => observer.current?.disconnect(), []);
  const follow = () => {
    const { current } = frame;
    const body = current?.contentDocument?.body;
    if (!current || !body) return;
    observer.current?.disconnect();
    observer.current = new ResizeObserver(() => {
      current.style.height = `${body.offsetHeight}px`;
    });
    observer.current.observe(body);
  };
  return <iframe ref={frame} class="bench" src="bench/index.html" title="Kernel bench" onLoad={follow} />;
}
