export { concatBlocks, copyBlock, padBlock } from "./copy";
