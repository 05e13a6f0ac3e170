package org.serverroster.lookups;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Stands in for the look-ups by which Java finds at run time what no compiler sees, and writes each
 * down: kind, what was found, who asked, and which class was being initialised meanwhile. {@link
 * LookupTransformer} puts the calls to it in place of the real ones, which it makes.
 *
 * <p>Every loader of classes must see this one: it uses nothing but the JDK.
 */
public final class Lookups {

  /** A class by its name. */
  public static final String CLASS = "class";

  /** One method, constructor or field, or all of a class. */
  public static final String METHOD = "method";

  public static final String METHODS = "methods";
  public static final String CONSTRUCTOR = "constructor";
  public static final String CONSTRUCTORS = "constructors";
  public static final String FIELD = "field";
  public static final String FIELDS = "fields";

  /** A file on the class path. */
  public static final String RESOURCE = "resource";

  /** A proxy, by its interfaces. */
  public static final String PROXY = "proxy";

  /** The providers of a service. */
  public static final String SERVICE = "service";

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();
  private static volatile Path file;

  private Lookups() {}

  /** Where to write, from now on. */
  public static void into(Path notes) {
    file = notes;
  }

  public static Class<?> forName(String name) throws ClassNotFoundException {
    Class<?> caller = STACK.getCallerClass();
    return found(caller, Class.forName(name, true, caller.getClassLoader()));
  }

  public static Class<?> forName(String name, boolean initialize, ClassLoader loader)
      throws ClassNotFoundException {
    return found(STACK.getCallerClass(), Class.forName(name, initialize, loader));
  }

  public static Class<?> loadClass(ClassLoader loader, String name) throws ClassNotFoundException {
    return found(STACK.getCallerClass(), loader.loadClass(name));
  }

  private static Class<?> found(Class<?> caller, Class<?> type) {
    note(CLASS, type.getName(), "", caller);
    return type;
  }

  public static Method getMethod(Class<?> type, String name, Class<?>... parameters)
      throws NoSuchMethodException {
    return found(STACK.getCallerClass(), type.getMethod(name, parameters));
  }

  public static Method getDeclaredMethod(Class<?> type, String name, Class<?>... parameters)
      throws NoSuchMethodException {
    return found(STACK.getCallerClass(), type.getDeclaredMethod(name, parameters));
  }

  private static Method found(Class<?> caller, Method method) {
    note(METHOD, method.getDeclaringClass().getName(), method.getName(), caller);
    return method;
  }

  public static Method[] getMethods(Class<?> type) {
    note(METHODS, type.getName(), "", STACK.getCallerClass());
    return type.getMethods();
  }

  public static Method[] getDeclaredMethods(Class<?> type) {
    note(METHODS, type.getName(), "", STACK.getCallerClass());
    return type.getDeclaredMethods();
  }

  public static <T> Constructor<T> getConstructor(Class<T> type, Class<?>... parameters)
      throws NoSuchMethodException {
    return found(STACK.getCallerClass(), type.getConstructor(parameters));
  }

  public static <T> Constructor<T> getDeclaredConstructor(Class<T> type, Class<?>... parameters)
      throws NoSuchMethodException {
    return found(STACK.getCallerClass(), type.getDeclaredConstructor(parameters));
  }

  private static <T> Constructor<T> found(Class<?> caller, Constructor<T> constructor) {
    note(
        CONSTRUCTOR,
        constructor.getDeclaringClass().getName(),
        Arrays.stream(constructor.getParameterTypes())
            .map(Class::getName)
            .collect(Collectors.joining(",")),
        caller);
    return constructor;
  }

  public static Constructor<?>[] getConstructors(Class<?> type) {
    note(CONSTRUCTORS, type.getName(), "", STACK.getCallerClass());
    return type.getConstructors();
  }

  public static Constructor<?>[] getDeclaredConstructors(Class<?> type) {
    note(CONSTRUCTORS, type.getName(), "", STACK.getCallerClass());
    return type.getDeclaredConstructors();
  }

  /** Before {@link Class#newInstance()}, which looks at who calls it. */
  public static void newInstance(Class<?> type) {
    note(CONSTRUCTOR, type.getName(), "", STACK.getCallerClass());
  }

  public static Field getField(Class<?> type, String name) throws NoSuchFieldException {
    return found(STACK.getCallerClass(), type.getField(name));
  }

  public static Field getDeclaredField(Class<?> type, String name) throws NoSuchFieldException {
    return found(STACK.getCallerClass(), type.getDeclaredField(name));
  }

  private static Field found(Class<?> caller, Field field) {
    note(FIELD, field.getDeclaringClass().getName(), field.getName(), caller);
    return field;
  }

  public static Field[] getFields(Class<?> type) {
    note(FIELDS, type.getName(), "", STACK.getCallerClass());
    return type.getFields();
  }

  public static Field[] getDeclaredFields(Class<?> type) {
    note(FIELDS, type.getName(), "", STACK.getCallerClass());
    return type.getDeclaredFields();
  }

  public static URL getResource(Class<?> type, String name) {
    return found(STACK.getCallerClass(), absolute(type, name), type.getResource(name));
  }

  public static InputStream getResourceAsStream(Class<?> type, String name) {
    return found(STACK.getCallerClass(), absolute(type, name), type.getResourceAsStream(name));
  }

  public static URL getResource(ClassLoader loader, String name) {
    return found(STACK.getCallerClass(), name, loader.getResource(name));
  }

  public static InputStream getResourceAsStream(ClassLoader loader, String name) {
    return found(STACK.getCallerClass(), name, loader.getResourceAsStream(name));
  }

  public static Enumeration<URL> getResources(ClassLoader loader, String name) throws IOException {
    Enumeration<URL> all = loader.getResources(name);
    found(STACK.getCallerClass(), name, all.hasMoreElements() ? all : null);
    return all;
  }

  private static <T> T found(Class<?> caller, String name, T resource) {
    if (resource != null) {
      note(RESOURCE, name, "", caller);
    }
    return resource;
  }

  private static String absolute(Class<?> type, String name) {
    return name.startsWith("/")
        ? name.substring(1)
        : type.getPackageName().replace('.', '/') + "/" + name;
  }

  public static Object newProxyInstance(
      ClassLoader loader, Class<?>[] interfaces, InvocationHandler handler) {
    note(
        PROXY,
        Arrays.stream(interfaces).map(Class::getName).collect(Collectors.joining(",")),
        "",
        STACK.getCallerClass());
    return Proxy.newProxyInstance(loader, interfaces, handler);
  }

  public static <S> ServiceLoader<S> load(Class<S> service, ClassLoader loader) {
    note(SERVICE, service.getName(), "", STACK.getCallerClass());
    return ServiceLoader.load(service, loader);
  }

  public static <S> ServiceLoader<S> load(Class<S> service) {
    note(SERVICE, service.getName(), "", STACK.getCallerClass());
    return ServiceLoader.load(service);
  }

  private static void note(String kind, String what, String member, Class<?> caller) {
    Path notes = file;
    if (notes == null) {
      return;
    }
    String line = String.join("\t", kind, what, member, caller.getName());
    if (SEEN.contains(line)) {
      return; // seen while nothing was being initialised, which is what counts
    }
    String initialising =
        STACK.walk(
            frames ->
                frames
                    .filter(frame -> frame.getMethodName().equals("<clinit>"))
                    .map(StackWalker.StackFrame::getClassName)
                    .distinct()
                    .collect(Collectors.joining(",")));
    if (initialising.isEmpty() ? SEEN.add(line) : SEEN.add(line + "\t" + initialising)) {
      write(notes, line + "\t" + initialising + "\n");
    }
  }

  private static synchronized void write(Path notes, String line) {
    try {
      Files.writeString(
          notes,
          line,
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
