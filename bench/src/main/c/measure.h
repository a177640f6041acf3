/* How every row is timed: windows of fixed length, of which the median counts. */
#ifndef SLUICE_BENCH_MEASURE_H
#define SLUICE_BENCH_MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WINDOWS = 15, BATCH = 256 };

static const unsigned bulks[] = {1, 8, 32, 128, 256};
enum { BULKS = sizeof(bulks) / sizeof(bulks[0]), LARGEST_BULK = 256 };

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double median(double *values, int n)
{
	qsort(values, n, sizeof(*values), compare_doubles);
	return values[n / 2];
}

static inline void point(const char *name, double nanos)
{
	printf("point %s %.4f\n", name, nanos);
	fflush(stdout);
}

static inline void point_of_bulk(unsigned bulk, double nanos)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", bulk);
	point(name, nanos);
}

/* Runs `work` over and over and prints the nanoseconds that an element of its `bulk` takes. */
#define MEASURE(bulk, window_ns, work)						\
	do {									\
		double taken[WINDOWS];						\
		/* The first window warms up. */				\
		for (int w = -1; w < WINDOWS; w++) {				\
			uint64_t begin = now_ns(), end, turns = 0;		\
			do {							\
				for (int b = 0; b < BATCH; b++) {		\
					work;					\
				}						\
				turns += BATCH;					\
				end = now_ns();					\
			} while (end - begin < (window_ns));			\
			if (w >= 0)						\
				taken[w] = (double)(end - begin) / turns / (bulk); \
		}								\
		point_of_bulk(bulk, median(taken, WINDOWS));			\
	} while (0)

#endif
