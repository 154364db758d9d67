/** What only a visitor who wants a file needs: fetched when one is asked for. */
export { exportONNX, load, save, saveTorch, toPyTorch } from "@unroll/nn";
