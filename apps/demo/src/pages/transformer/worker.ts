import { serve } from "../../worker/serve";
import { experiment } from "./experiment";

serve(experiment);
