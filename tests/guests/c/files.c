// Works with files by way of wasi-libc.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, long long result) {
  if (result < 0)
    printf("%s: %s\n", what, strerror(errno));
  else
    printf("%s: %lld\n", what, result);
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path) {
  char *names[64];
  size_t count = 0;
  DIR *folder = opendir(path);
  if (!folder) {
    show("opendir", -1);
    return;
  }
  for (struct dirent *entry; (entry = readdir(folder)) && count < 64;)
    names[count++] = strdup(entry->d_name);
  closedir(folder);
  qsort(names, count, sizeof *names, by_name);
  for (size_t i = 0; i < count; i++) {
    printf("%s ", names[i]);
    free(names[i]);
  }
  printf("\n");
}

static void buffered(void) {
  FILE *file = fopen("/home/lines", "w+");
  for (int i = 0; i < 20000; i++)
    fprintf(file, "line %d\n", i);
  rewind(file);
  char line[64];
  unsigned long lines = 0, sum = 0;
  while (fgets(line, sizeof line, file)) {
    lines++;
    sum = sum * 31 + strlen(line);
  }
  printf("%lu %lu %d\n", lines, sum, feof(file) != 0);
  // Read, then written, then read, at one position.
  fseek(file, 70, SEEK_SET);
  fgets(line, sizeof line, file);
  fseek(file, 0, SEEK_CUR);
  fputs("over\n", file);
  fseek(file, 60, SEEK_SET);
  char piece[40] = {0};
  printf("%zu %s\n", fread(piece, 1, 39, file), piece);
  printf("%ld\n", ftell(file));
  fclose(file);
  file = fopen("/home/lines", "a");
  fputs("last\n", file);
  fclose(file);
}

static void positioned(void) {
  int file = open("/home/positions", O_RDWR | O_CREAT | O_EXCL, 0644);
  char bytes[16] = {0};
  show("pwrite", pwrite(file, "0123456789", 10, 5));
  show("pread", pread(file, bytes, 4, 8));
  printf("%s\n", bytes);
  show("pread over the end", pread(file, bytes, 10, 12));
  show("pread behind the end", pread(file, bytes, 10, 100));
  show("position", lseek(file, 0, SEEK_CUR));
  // Each read follows on the last, with a write in between.
  int stale = 0;
  for (int i = 0; i < 50; i++) {
    char c = 'a' + i % 26, read;
    pwrite(file, &c, 1, i + 1);
    pread(file, &read, 1, i);
    pread(file, &read, 1, i + 1);
    stale += read != c;
  }
  printf("stale %d\n", stale);
  show("far", pwrite(file, "far", 3, 5000000000LL));
  show("pread", pread(file, bytes, 3, 5000000000LL));
  show("end", lseek(file, 0, SEEK_END));
  show("ftruncate", ftruncate(file, 30));
  show("fsync", fsync(file));
  show("fdatasync", fdatasync(file));
  show("advise", posix_fadvise(file, 0, 10, POSIX_FADV_RANDOM));
  struct stat status;
  show("fstat", fstat(file, &status));
  printf("%lld %d\n", (long long)status.st_size, S_ISREG(status.st_mode));
  struct timespec times[2] = {{1000, 500000000}, {2000, 250000000}};
  show("futimens", futimens(file, times));
  show("stat", stat("/home/positions", &status));
  printf("%lld %ld\n", (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  show("close", close(file));
  show("again", close(file));
  show("read", read(file, bytes, 1));
}

static void names(void) {
  show("mkdir", mkdir("/home/folder", 0755));
  show("mkdir", mkdir("/home/folder", 0755));
  show("symlink", symlink("../lines", "/home/folder/link"));
  char target[32] = {0};
  show("readlink", readlink("/home/folder/link", target, sizeof target));
  printf("%s\n", target);
  show("link", link("/home/lines", "/home/folder/linked"));
  show("rename", rename("/home/folder/linked", "/home/renamed"));
  show("access", access("/home/folder/link", R_OK));
  show("access", access("/home/none", R_OK));
  show("rmdir", rmdir("/home/folder"));
  show("unlink", unlink("/home/folder"));
  show("unlink", unlink("/home/folder/link"));
  show("rmdir", rmdir("/home/folder"));
  show("chdir", chdir("/home"));
  show("relative", open("renamed", O_RDONLY) >= 0 ? 0 : -1);
  show("escape", open("../outside", O_RDONLY));
  show("directory", open("/home", O_WRONLY));
  list("/home");
  list("/home/none");
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    printf("%s ", argv[i]);
  printf("%s\n", getenv("NAME") ? getenv("NAME") : "none");
  buffered();
  positioned();
  names();
  struct timespec pause = {0, 10000000};
  show("sleep", nanosleep(&pause, NULL));
  fprintf(stderr, "to stderr\n");
  return 3;
}
