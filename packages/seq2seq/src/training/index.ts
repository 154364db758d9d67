export {
  constantSampling,
  exponentialSampling,
  inverseSigmoidSampling,
  linearSampling,
  type SamplingSchedule,
} from "./sampling-schedule";
export { decodeWithSampling, type ScheduledSamplingOptions } from "./scheduled-sampling";
