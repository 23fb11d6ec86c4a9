import com.yahoo.labs.samoa.instances.Instance;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import moa.classifiers.AbstractClassifier;
import moa.classifiers.meta.AdaptiveRandomForest;
import moa.classifiers.trees.HoeffdingTree;
import moa.core.InstanceExample;
import moa.streams.ArffFileStream;

/** MOA's learner over rows read beforehand: the CPU seconds of its own thread, predicting and then learning.
 *
 *  java -cp moa.jar MoaBenchmark.java tree|forest FILE.arff ROUNDS [ROWS]
 *
 *  With several rounds the last one counts, of a fresh learner: what came before warmed the virtual machine up. */
public class MoaBenchmark {
    public static void main(String[] arguments) {
        int rounds = Integer.parseInt(arguments[2]);
        int rows = arguments.length > 3 ? Integer.parseInt(arguments[3]) : Integer.MAX_VALUE;
        ArffFileStream stream = new ArffFileStream(arguments[1], -1);
        stream.prepareForUse();
        ArrayList<Instance> instances = new ArrayList<>();
        while (stream.hasMoreInstances() && instances.size() < rows) {
            instances.add(((InstanceExample) stream.nextInstance()).getData());
        }
        for (int round = 1; round <= rounds; round++) {
            AbstractClassifier learner = arguments[0].equals("forest") ? forest() : new HoeffdingTree();
            learner.setModelContext(stream.getHeader());
            learner.prepareForUse();
            double logLoss = 0;
            int hits = 0;
            var threads = ManagementFactory.getThreadMXBean();
            long start = threads.getCurrentThreadCpuTime();
            for (Instance instance : instances) {
                double[] votes = learner.getVotesForInstance(instance);
                int truth = (int) instance.classValue();
                double sum = 0;
                for (double vote : votes) sum += vote;
                double p = sum > 0 && sum < Double.POSITIVE_INFINITY ? (truth < votes.length ? votes[truth] / sum : 0) : 0.5;
                logLoss -= Math.log(Math.min(Math.max(p, 1e-15), 1 - 1e-15));
                if (p > 0.5) hits++;
                learner.trainOnInstance(instance);
            }
            double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
            if (round == rounds) {
                System.out.printf(
                    java.util.Locale.ROOT,
                    "{\"events\": %d, \"cpu_seconds\": %f, \"log_loss\": %f, \"accuracy\": %f}%n",
                    instances.size(), seconds, logLoss / instances.size(), (double) hits / instances.size());
            }
        }
    }

    /** Ten trees in this thread. */
    private static AdaptiveRandomForest forest() {
        AdaptiveRandomForest forest = new AdaptiveRandomForest();
        forest.ensembleSizeOption.setValue(10);
        forest.numberOfJobsOption.setValue(1);
        return forest;
    }
}
