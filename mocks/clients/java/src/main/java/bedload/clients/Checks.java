package bedload.clients;

/** Prints a line for each check and counts them. */
final class Checks {
    private static final int MOST_DETAIL = 300;
    private int passed;
    private int failed;

    /** Prints one check; the detail is for a failure. */
    boolean that(String name, boolean ok, Object detail) {
        if (ok) {
            passed++;
            System.out.println("PASS " + name);
        } else {
            failed++;
            String text = String.valueOf(detail).replace('\n', ' ');
            System.out.println("FAIL " + name + "  -- " + text.substring(0, Math.min(text.length(), MOST_DETAIL)));
        }
        return ok;
    }

    /** Prints the counts and gives the exit code. */
    int end() {
        System.out.println(passed + " passed, " + failed + " failed");
        return failed > 0 ? 1 : 0;
    }
}
