export { dropout, randomNormal, randomUniform } from "./random";
