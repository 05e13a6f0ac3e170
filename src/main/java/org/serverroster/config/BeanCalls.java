package org.serverroster.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Expression;
import org.apache.camel.Header;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.TypeConversionException;
import org.apache.camel.language.bean.BeanLanguage;
import org.apache.camel.support.ExpressionAdapter;

/**
 * Camel's {@code bean} language ({@code method:} in the routes), with a short way for what our
 * routes do nearly always: a method that is there once, of a bean that is there once, whose
 * arguments are a header, a property or the failure of the exchange, the body, or a text. Camel's
 * own copies the exchange and looks for method and arguments at each evaluation, which was about a
 * sixth of the processor time of a request. Anything else is left to it, and so is the check of the
 * name at the start.
 *
 * <p>As with Camel's own, what a method throws becomes the exception of the exchange.
 */
public final class BeanCalls extends BeanLanguage {

  private static final int METHOD = 2;
  private static final int BEAN = 4;

  private static final Pattern CALL = Pattern.compile("(\\w+)(?:\\((.*)\\))?");
  private static final Pattern ARGUMENT =
      Pattern.compile("\\$\\{(?:(body)|header\\.(\\w+)|exchangeProperty\\.(\\w+))}|'([^']*)'");

  @Override
  public Expression createExpression(String expression, Object[] properties) {
    Expression thorough = super.createExpression(expression, properties);
    if (properties == null
        || properties.length <= BEAN // as other languages ask
        || properties[0] != null
        || !(properties[BEAN] instanceof String bean)
        || !(properties[METHOD] instanceof String call)) {
      return thorough;
    }
    Object target = getCamelContext().getRegistry().lookupByName(bean);
    return target == null ? thorough : quick(target, call).orElse(thorough);
  }

  private static Optional<Expression> quick(Object target, String text) {
    Matcher call = CALL.matcher(text);
    if (!call.matches()) {
      return Optional.empty();
    }
    List<Method> methods =
        Arrays.stream(target.getClass().getMethods())
            .filter(method -> method.getName().equals(call.group(1)) && !method.isBridge())
            .toList();
    if (methods.size() != 1) {
      return Optional.empty();
    }
    Method method = methods.get(0);
    List<Function<Exchange, Object>> arguments =
        call.group(2) == null ? annotated(method) : written(call.group(2));
    if (arguments.size() != method.getParameterCount() || arguments.contains(null)) {
      return Optional.empty();
    }
    method.setAccessible(true); // it is public; this spares the check of each call
    return Optional.of(new Call(target, method, List.copyOf(arguments), text));
  }

  /** Where the annotations of a method say that its arguments are; null for what they do not. */
  private static List<Function<Exchange, Object>> annotated(Method method) {
    List<Function<Exchange, Object>> arguments = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      Annotation[] said = parameter.getAnnotations();
      Function<Exchange, Object> argument = null;
      if (said.length == 1 && said[0] instanceof Header header) {
        argument = exchange -> exchange.getMessage().getHeader(header.value());
      } else if (said.length == 1 && said[0] instanceof ExchangeProperty property) {
        argument = exchange -> exchange.getProperty(property.value());
      } else if (said.length == 1 && said[0] instanceof ExchangeException) {
        argument = BeanCalls::failure;
      } else if (said.length == 1 && said[0] instanceof Body) {
        argument = exchange -> exchange.getMessage().getBody();
      }
      arguments.add(argument);
    }
    return arguments;
  }

  /** What an exchange has failed with, else what it has caught. */
  private static Object failure(Exchange exchange) {
    return exchange.getException() != null
        ? exchange.getException()
        : exchange.getProperty(Exchange.EXCEPTION_CAUGHT);
  }

  /** Where the arguments of a call are that is written out; null for what we do not know. */
  private static List<Function<Exchange, Object>> written(String text) {
    List<Function<Exchange, Object>> arguments = new ArrayList<>();
    for (String part : text.split(", ?")) {
      arguments.add(written(ARGUMENT.matcher(part)));
    }
    return arguments;
  }

  private static Function<Exchange, Object> written(Matcher argument) {
    if (!argument.matches()) {
      return null;
    }
    if (argument.group(1) != null) {
      return exchange -> exchange.getMessage().getBody();
    }
    String name = argument.group(2) == null ? argument.group(3) : argument.group(2);
    if (argument.group(2) != null) {
      return exchange -> exchange.getMessage().getHeader(name);
    }
    String words = argument.group(4);
    return name == null ? exchange -> words : exchange -> exchange.getProperty(name);
  }

  private static final class Call extends ExpressionAdapter {

    private final Object target;
    private final Method method;
    private final Class<?>[] types;
    private final List<Function<Exchange, Object>> arguments;
    private final String text;

    private Call(
        Object target, Method method, List<Function<Exchange, Object>> arguments, String text) {
      this.target = target;
      this.method = method;
      this.types = method.getParameterTypes();
      this.arguments = arguments;
      this.text = text;
    }

    @Override
    public Object evaluate(Exchange exchange) {
      try {
        Object[] values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
          values[i] = as(types[i], arguments.get(i).apply(exchange), exchange);
        }
        return method.invoke(target, values);
      } catch (InvocationTargetException e) {
        exchange.setException(e.getCause());
      } catch (IllegalAccessException
          | IllegalArgumentException
          | NoTypeConversionAvailableException
          | TypeConversionException e) {
        exchange.setException(e);
      }
      return null;
    }

    private static Object as(Class<?> type, Object value, Exchange exchange)
        throws NoTypeConversionAvailableException {
      return value == null || type.isInstance(value)
          ? value
          : exchange.getContext().getTypeConverter().mandatoryConvertTo(type, exchange, value);
    }

    @Override
    public void init(CamelContext context) {
      // everything was found when this was made
    }

    @Override
    public String toString() {
      return "BeanCall[" + target.getClass().getSimpleName() + "." + text + "]";
    }
  }
}
